"""Asking providers for the status of messages whose result is unknown."""

import logging
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Now

from delivery.errors import DeliveryError
from delivery.models import Channel, OutboxMessage, Status
from delivery.outbox import transitions
from delivery.outbox.content import unseal
from delivery.sms.base import Absent, Receipt, Sent, SmsProvider
from delivery.sms.registry import providers

logger = logging.getLogger(__name__)

BATCH = 100
RECONCILE_FOR = timedelta(hours=24)


def reconcile() -> int:
    """Look up unknown text messages, at growing intervals for a day; returns the number."""
    unknown = OutboxMessage.objects.filter(status=Status.UNKNOWN)
    # E-mail cannot be looked up: only a bounce, which may come later, gives its result.
    over = unknown.filter(handed_over_at__lt=Now() - RECONCILE_FOR, settled_at=None)
    over.update(sealed=b"", settled_at=Now())
    due = unknown.filter(channel=Channel.SMS, next_attempt_at__lte=Now()).exclude(sealed=b"")
    asked = list(due.order_by("next_attempt_at")[:BATCH])
    first_pause = timedelta(seconds=settings.OUTBOX_FIRST_PAUSE)
    silent: set[str] = set()
    for message in asked:
        who = [one.name for one in _whom_to_ask(message)]
        if who and silent.issuperset(who):
            continue  # the next run asks: each silence takes seconds of a sender's time
        # Exponential back-off: the next pause equals the time since the hand-over.
        unknown.filter(pk=message.pk).update(
            next_attempt_at=Now() + Greatest(Now() - F("handed_over_at"), first_pause)
        )
        _try_to_ask(message, silent)
    return len(asked)


def _whom_to_ask(message: OutboxMessage) -> list[SmsProvider]:
    return [one for one in providers() if message.provider in ("", one.name)]


def _try_to_ask(message: OutboxMessage, silent: set[str]) -> None:
    """Look up one message; an unexpected error is logged by type and affects no other."""
    try:
        _ask(message, silent)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.error("asking about message %s failed: %s", message.key, type(error).__name__)


def _ask(message: OutboxMessage, silent: set[str]) -> None:
    """Record the receipt of the provider that has one; re-queue if no provider had it.

    Who does not answer joins ``silent``, and is not asked again in this run.
    """
    recipient, _ = unseal(message.key, message.sealed)
    if message.handed_over_at is None:
        return
    sent = Sent(message.key.hex, recipient, message.provider_id, message.handed_over_at)
    named = _whom_to_ask(message)
    absent = 0
    for provider in named:
        if provider.name in silent:
            continue
        try:
            found = provider.look_up(sent)
        except DeliveryError as error:
            logger.warning("%s did not answer a look-up: %s", provider.name, error.code)
            silent.add(provider.name)
            continue
        if isinstance(found, Receipt):
            transitions.record(provider.name, found)
            return
        absent += isinstance(found, Absent)
    if named and absent == len(named):
        transitions.requeue_absent(message.key)
