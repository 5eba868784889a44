"""Queuing messages in the outbox."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import get_language

from delivery import tasks
from delivery.email.bounces import recipient_hash
from delivery.email.pacing import domain_of
from delivery.masking import masked
from delivery.models import Channel, OutboxMessage, ReturnedMail, Status
from delivery.outbox import content as contents
from delivery.outbox.content import Content, EmailContent, SmsContent
from delivery.outbox.head_start import HEAD_START
from delivery.task_queue import enqueue_after_commit

BULK_DRAINERS = 2


def queue_email(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    purpose: str,
    account_id: int | None = None,
) -> OutboxMessage:
    """Queue a rendered e-mail, in the caller's transaction."""
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
    """Queue a text message, in the caller's transaction.

    ``to`` is in E.164 form. ``kind`` selects the template ``delivery/sms/KIND.txt``
    and the provider's template id. Never put secrets in ``params``: codes are
    queued with ``queue_rendered``.
    """
    content = SmsContent(kind=kind, params=params)
    return queue_content(to=to, content=content, purpose=purpose, account_id=account_id)


def queue_content(
    *, to: str, content: Content, purpose: str, account_id: int | None = None
) -> OutboxMessage:
    """Queue a message with finished content, in the caller's transaction."""
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
    """Queue a message that is rendered when it is sent (see ``delivery.outbox.renderers``).

    It is sent before messages with finished content that wait already.
    """
    message = _row(channel, to, purpose, account_id)
    message.kind, message.reference = kind, str(reference)
    message.next_attempt_at = Now() - HEAD_START
    message.sealed = contents.seal(message.key, to, None)
    return _enter(message)


def queue_many(messages: Iterable[tuple[str, Content, int | None]], *, purpose: str) -> list[UUID]:
    """Queue many messages (recipient, content, account key) at once; their keys, in order."""
    rows = []
    for to, content, account_id in messages:
        channel = Channel.EMAIL if isinstance(content, EmailContent) else Channel.SMS
        row = _row(channel, to, purpose, account_id)
        row.sealed = contents.seal(row.key, to, content)
        rows.append(row)
    OutboxMessage.objects.bulk_create(rows, batch_size=1000)
    for _ in range(min(BULK_DRAINERS, len(rows))):
        enqueue_after_commit(tasks.drain_outbox)
    return [row.key for row in rows]


def forget_account(*, account_id: int) -> None:
    """Erase content and recipients of the messages to a deleted account.

    Queued messages fail. A message that a worker is handing over at this moment is
    blanked by that worker.
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
    return OutboxMessage(
        channel=channel,
        purpose=purpose,
        account_id=account_id,
        language=get_language() or "zh-hans",
        masked_recipient=masked(channel, to),
        domain=domain_of(to) if channel == Channel.EMAIL else "",
        recipient_hash=recipient_hash(to) if channel == Channel.EMAIL else None,
    )


def _enter(message: OutboxMessage) -> OutboxMessage:
    message.save(force_insert=True)
    enqueue_after_commit(tasks.send_message, str(message.key))
    return message
