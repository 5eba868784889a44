"""Background work of the outbox. The table is the truth; a task is only a doorbell."""

import logging
import time
from datetime import timedelta
from typing import Any, Protocol

from celery import shared_task
from django.db.models.functions import Now

from delivery import reconcile, sending, transitions
from delivery.models import MailDomain, OutboxMessage, ReturnedMail, Status

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 8.0
KEPT_FOR = timedelta(days=90)
RETURNS_KEPT_FOR = timedelta(days=365)


class Doorbell(Protocol):
    """The part of a Celery task that services use."""

    def apply_async(self, args: tuple[Any, ...], *, retry: bool) -> object:
        """Put the task on the broker."""


@shared_task
def send_message(key: str) -> None:
    """Send the message ``key``, and what else is due, unless another worker has."""
    if OutboxMessage.objects.filter(key=key, status=Status.QUEUED).exists():
        sending.send_due()


@shared_task
def drain_outbox() -> None:
    """Send until nothing is due."""
    while sending.send_due():
        pass


@shared_task
def sweep_outbox() -> None:
    """What a crash, a lost doorbell or a back-off left: find it and send it.

    Stops after a while; the next sweep goes on.
    """
    transitions.recover()
    deadline = time.monotonic() + SWEEP_SECONDS
    while sending.send_due() and time.monotonic() < deadline:
        pass


@shared_task
def reconcile_outbox() -> None:
    """Find out what became of messages that nobody has heard of."""
    reconcile.reconcile()


@shared_task
def prune_outbox() -> None:
    """Delete rows whose story ended long ago; of an unknown one nothing more is heard by then."""
    ended = [Status.SENT, Status.DELIVERED, Status.FAILED, Status.UNKNOWN]
    OutboxMessage.objects.filter(status__in=ended, created_at__lt=Now() - KEPT_FOR).delete()
    ReturnedMail.objects.filter(returned_at__lt=Now() - RETURNS_KEPT_FOR).delete()
    MailDomain.objects.filter(window_started_at__lt=Now() - KEPT_FOR).delete()
