"""Putting messages into the outbox, and recording what became of them."""

import logging
import time
from collections.abc import Iterable, Mapping
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from delivery import content as contents
from delivery import tasks
from delivery.content import Content, EmailContent, SmsContent
from delivery.email.bounces import recipient_hash
from delivery.email.pacing import domain_of
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel, OutboxMessage, ReturnedMail, Status

logger = logging.getLogger(__name__)

BROKER_RETRY_AFTER = 5.0  # seconds without ringing after the broker did not answer
BULK_DRAINERS = 2
_broker_silent_until = 0.0


def queue_email(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    purpose: str,
    account_id: int | None = None,
) -> OutboxMessage:
    """Put a finished e-mail into the outbox, in the caller's transaction."""
    content = EmailContent(subject=subject, text=text, html=html)
    return queue_content(to=to, content=content, purpose=purpose, account_id=account_id)


def queue_sms(
    *,
    to: str,
    kind: str,
    params: Mapping[str, str],
    purpose: str,
    account_id: int | None = None,
) -> OutboxMessage:
    """Put a text message into the outbox, in the caller's transaction.

    ``to`` is in E.164 form. ``kind`` names the template: ``delivery/sms/KIND.txt``
    and the provider's template id. Secrets do not belong in ``params``: use
    ``queue_rendered`` for codes.
    """
    content = SmsContent(kind=kind, params=params)
    return queue_content(to=to, content=content, purpose=purpose, account_id=account_id)


def queue_content(
    *, to: str, content: Content, purpose: str, account_id: int | None = None
) -> OutboxMessage:
    """Put any finished message into the outbox, in the caller's transaction."""
    channel = Channel.EMAIL if isinstance(content, EmailContent) else Channel.SMS
    message = _row(channel, to, purpose, account_id)
    message.sealed = contents.seal(message.key, to, content)
    return _enter(message)


def queue_rendered(
    *,
    channel: Channel,
    to: str,
    kind: str,
    reference: object,
    purpose: str,
    account_id: int | None = None,
) -> OutboxMessage:
    """Queue a message whose text is made when it is sent (see ``delivery.renderers``)."""
    message = _row(channel, to, purpose, account_id)
    message.kind, message.reference = kind, str(reference)
    message.sealed = contents.seal(message.key, to, None)
    return _enter(message)


def queue_many(messages: Iterable[tuple[str, Content, int | None]], *, purpose: str) -> int:
    """Queue many messages (recipient, content, account key) at once; returns how many."""
    rows = []
    for to, content, account_id in messages:
        channel = Channel.EMAIL if isinstance(content, EmailContent) else Channel.SMS
        row = _row(channel, to, purpose, account_id)
        row.sealed = contents.seal(row.key, to, content)
        rows.append(row)
    OutboxMessage.objects.bulk_create(rows, batch_size=1000)
    for _ in range(BULK_DRAINERS if rows else 0):
        transaction.on_commit(partial(_enqueue, tasks.drain_outbox), robust=True)
    return len(rows)


def forget_account(*, account_id: int) -> None:
    """Empty what waits to be sent to an account that ends, and by whom it was to be read.

    What a worker is handing over at this moment it blanks itself.
    """
    theirs = OutboxMessage.objects.filter(account_id=account_id)
    theirs.filter(status=Status.QUEUED).update(
        status=Status.FAILED, sealed=b"", settled_at=Now(), error="account-deleted"
    )
    theirs.exclude(status=Status.SENDING).update(sealed=b"")
    returned = theirs.exclude(recipient_hash=None).values("recipient_hash")
    ReturnedMail.objects.filter(recipient_hash__in=returned).delete()
    theirs.update(masked_recipient="", recipient_hash=None)


def _row(channel: Channel, to: str, purpose: str, account_id: int | None) -> OutboxMessage:
    masked = masked_email(to) if channel == Channel.EMAIL else masked_phone(to)
    return OutboxMessage(
        channel=channel,
        purpose=purpose,
        account_id=account_id,
        language=get_language() or "zh-hans",
        masked_recipient=masked,
        domain=domain_of(to) if channel == Channel.EMAIL else "",
        recipient_hash=recipient_hash(to) if channel == Channel.EMAIL else None,
    )


def _enter(message: OutboxMessage) -> OutboxMessage:
    message.save(force_insert=True)
    ring = partial(_enqueue, tasks.send_message, str(message.key))
    transaction.on_commit(ring, robust=True)
    return message


def _enqueue(task: "tasks.Doorbell", *arguments: str) -> None:
    """Tell a worker; when the broker is down the sweep will find the message."""
    global _broker_silent_until
    if time.monotonic() < _broker_silent_until:
        return
    try:
        task.apply_async(arguments, retry=False)
    except (KombuError, RedisError, OSError) as error:
        _broker_silent_until = time.monotonic() + BROKER_RETRY_AFTER
        logger.warning("Broker unreachable (%s): messages wait for the sweep", type(error).__name__)
