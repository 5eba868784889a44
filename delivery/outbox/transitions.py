"""State transitions of the outbox queue: claim, hand over, settle, recover.

Every step is one conditional UPDATE. ``attempts`` is the fencing token of a claim: a
worker whose lease expired and whose row was claimed by another one changes nothing.
A message put back untried gets its attempt refunded only when its claim is settled,
so that two open claims never have the same token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest, Now

from database.advisory_locks import LOCK, lock_numbers
from database.clock import database_now
from delivery.email.bounces import note_return
from delivery.models import Channel, ClaimedTexts, OutboxMessage, Status
from delivery.outbox.head_start import AT_ONCE, HEAD_START
from delivery.outbox.renderers import notify_failure_listeners
from delivery.sms.base import Receipt

BATCH = 100
MAX_ATTEMPTS = 10
FIRST_DELAY = 5.0  # seconds; doubled at each attempt
MAX_SMS_DELAY = 600.0
MAX_EMAIL_DELAY = 3600.0
_jitter = SystemRandom()

CLAIM = """
UPDATE delivery_outboxmessage SET status = 'sending', attempts = attempts + 1,
    claimed_at = statement_timestamp(), handed_over_at = NULL
WHERE id IN (
    SELECT id FROM delivery_outboxmessage m
    WHERE status = 'queued' AND next_attempt_at <= statement_timestamp() AND channel = ANY(%s)
      AND (kind = '' OR next_attempt_at >= created_at
        OR next_attempt_at + make_interval(secs => %s) <= statement_timestamp())
      AND NOT EXISTS (
        SELECT FROM delivery_maildomain p
        WHERE m.domain <> '' AND p.name IN (m.domain, '*')
            AND p.paused_until > statement_timestamp()
    )
    ORDER BY next_attempt_at LIMIT %s FOR UPDATE OF m SKIP LOCKED
) RETURNING *
"""
CLAIM_LOCK = 7_263_003  # advisory lock, any fixed number: one claim at a time
# Two statements, so that the count sees what was claimed while this one waited for the lock.
TEXTS_OF_A_MINUTE = """
SELECT coalesce(sum(number), 0) FROM delivery_claimedtexts
WHERE at > statement_timestamp() - interval '1 minute'
"""
HAND_OVER = """
UPDATE delivery_outboxmessage m SET handed_over_at = statement_timestamp()
FROM unnest(%s::bigint[], %s::int[]) AS mine(id, attempts)
WHERE m.id = mine.id AND m.attempts = mine.attempts AND m.status = 'sending'
RETURNING m.id
"""
SETTLE = """
UPDATE delivery_outboxmessage m SET
    status = o.status, provider = o.provider, provider_id = o.provider_id, error = o.error,
    next_attempt_at = CASE WHEN o.error = 'paced' THEN m.next_attempt_at
        WHEN o.status = 'queued' AND m.kind <> ''
            AND statement_timestamp() + make_interval(secs => o.delay - s.head_start) < m.created_at
        THEN statement_timestamp() + make_interval(secs => o.delay - s.head_start)
        ELSE statement_timestamp() + make_interval(secs => o.delay) END,
    handed_over_at = CASE WHEN o.status = 'queued' THEN NULL ELSE m.handed_over_at END,
    sent_at = CASE WHEN o.status = 'sent' THEN statement_timestamp() END,
    settled_at = CASE WHEN o.status = 'failed' THEN statement_timestamp() END,
    sealed = CASE WHEN o.status IN ('sent', 'failed') THEN ''::bytea ELSE m.sealed END,
    attempts = m.attempts - o.untried::int
FROM unnest(
    %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::float[], %s::bool[]
) AS o(id, attempts, status, provider, provider_id, error, delay, untried),
    (SELECT %s::float AS head_start) AS s
WHERE m.id = o.id AND m.attempts = o.attempts AND m.status IN ('sending', 'unknown')
RETURNING m.id
"""


@dataclass(frozen=True)
class Outcome:
    """The result of one attempt."""

    message: OutboxMessage
    status: Status
    provider: str = ""
    provider_id: str = ""
    error: str = ""
    delay: float = 0.0
    untried: bool = False  # not counted as an attempt
    is_returned: bool = False  # refused because of its recipient


@transaction.atomic
def claim(limit: int = BATCH) -> list[OutboxMessage]:
    """Claim up to ``limit`` due messages; rows locked by another worker are skipped.

    Text messages of all kinds are claimed at most ``SMS_PER_MINUTE`` times in a minute,
    retries included; the rest waits. Once fewer than a batch are left of that limit, text
    messages and e-mail are claimed separately.
    """
    room = settings.SMS_PER_MINUTE - _texts_of_a_minute_locked()
    if room >= limit:
        claimed = _claim(list(Channel), limit)
    else:
        texts = _claim([Channel.SMS], room) if room > 0 else []
        claimed = texts + _claim([Channel.EMAIL], limit - len(texts))
    number = sum(message.channel == Channel.SMS for message in claimed)
    if number:
        ClaimedTexts.objects.create(number=number)
    return claimed


def _claim(channels: list[Channel], limit: int) -> list[OutboxMessage]:
    claimed = OutboxMessage.objects.raw(
        CLAIM, [[str(one) for one in channels], HEAD_START.total_seconds(), limit]
    )
    return sorted(claimed, key=lambda message: message.next_attempt_at)


def _texts_of_a_minute_locked() -> int:
    """How many texts were claimed within a minute; nobody claims until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"{LOCK};{TEXTS_OF_A_MINUTE}", [lock_numbers(CLAIM_LOCK)])
        cursor.nextset()
        return int(cursor.fetchone()[0])


def hand_over(messages: Sequence[OutboxMessage]) -> set[int]:
    """Mark messages as being handed over; returns the keys of those whose claim still holds."""
    keys = [message.pk for message in messages]
    attempts = [message.attempts for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER, [keys, attempts])
        return {row[0] for row in cursor.fetchall()}


def settle(outcomes: Sequence[Outcome]) -> None:
    """Store the results of attempts."""
    columns: list[list[Any]] = [
        [outcome.message.pk for outcome in outcomes],
        [outcome.message.attempts for outcome in outcomes],
        [str(outcome.status) for outcome in outcomes],
        [outcome.provider for outcome in outcomes],
        [outcome.provider_id for outcome in outcomes],
        [outcome.error for outcome in outcomes],
        [outcome.delay for outcome in outcomes],
        [outcome.untried for outcome in outcomes],
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, [*columns, HEAD_START.total_seconds()])
            settled = {row[0] for row in cursor.fetchall()}
        for outcome in outcomes:
            if outcome.is_returned and outcome.message.pk in settled:
                note_return(outcome.message, outcome.error)
        failed = [outcome.message for outcome in outcomes if outcome.status == Status.FAILED]
        notify_failure_listeners([message for message in failed if message.pk in settled])


def retry_later(message: OutboxMessage, error: str) -> Outcome:
    """The outcome of a transient failure: queued with back-off, or failed for good.

    A text message fails after ``MAX_ATTEMPTS``, an e-mail by its age: a mail server
    may refuse temporarily for hours.
    """
    is_sms = message.channel == Channel.SMS
    if (is_sms and message.attempts >= MAX_ATTEMPTS) or _is_too_old(message):
        return Outcome(message, Status.FAILED, error=error)
    longest = MAX_SMS_DELAY if is_sms else MAX_EMAIL_DELAY
    delay = min(FIRST_DELAY * 2 ** min(message.attempts - 1, 16), longest)
    return Outcome(message, Status.QUEUED, error=error, delay=delay * _jitter.uniform(0.8, 1.2))


def untried(message: OutboxMessage, reason: str, delay: float = 0.0) -> Outcome:
    """The outcome for a message put back without an attempt: its domain or server is paused."""
    if _is_too_old(message):
        return Outcome(message, Status.FAILED, error=reason)
    return Outcome(message, Status.QUEUED, error=reason, delay=delay, untried=True)


def _is_too_old(message: OutboxMessage) -> bool:
    lifetime = timedelta(hours=settings.EMAIL_LIFETIME)
    return message.channel == Channel.EMAIL and database_now() - message.created_at > lifetime


def recover() -> None:
    """Release the claims of dead workers: queue again, or mark unknown once handed over."""
    left = OutboxMessage.objects.filter(status=Status.SENDING)
    claim_lease = timedelta(seconds=settings.OUTBOX_CLAIM_LEASE)
    left.filter(handed_over_at=None, claimed_at__lt=Now() - claim_lease).update(
        status=Status.QUEUED, next_attempt_at=AT_ONCE
    )
    handover_lease = timedelta(seconds=settings.OUTBOX_HANDOVER_LEASE)
    left.filter(handed_over_at__lt=Now() - handover_lease).update(
        status=Status.UNKNOWN, next_attempt_at=Now()
    )


def mark_unsent_unknown() -> int:
    """Mark every unsent message as unknown; returns their number.

    For use after a backup was restored: messages unsent in the backup may have been sent
    since. Text messages are then looked up at their provider (``delivery.outbox.reconcile``).
    """
    unsent = OutboxMessage.objects.filter(status__in=[Status.QUEUED, Status.SENDING])
    return unsent.update(
        status=Status.UNKNOWN,
        handed_over_at=Coalesce("handed_over_at", Greatest("next_attempt_at", "created_at")),
        next_attempt_at=Now(),
    )


def requeue_absent(key: UUID) -> bool:
    """Queue an unknown message again that its provider never had; False if it has moved on."""
    unknown = OutboxMessage.objects.filter(status=Status.UNKNOWN, key=key).exclude(sealed=b"")
    return unknown.update(status=Status.QUEUED, next_attempt_at=AT_ONCE) == 1


def record(provider: str, receipt: Receipt) -> bool:
    """Record one receipt; False if it changed nothing."""
    return record_receipt(
        provider=provider,
        provider_id=receipt.provider_id.replace("\0", "")[:200],
        out_id=_key(receipt.out_id),
        delivered=receipt.delivered,
        at=receipt.at,
        error=receipt.error.replace("\0", ""),
    )


def _key(out_id: str) -> str:
    """``out_id`` as a UUID in text form; empty if it is not one of our keys."""
    try:
        return str(UUID(out_id))
    except ValueError:
        return ""


def record_receipt(
    *,
    provider: str,
    provider_id: str,
    out_id: str,
    delivered: bool,
    at: datetime | None,
    error: str = "",
) -> bool:
    """Record the final result of a message; False if nothing changed.

    The message is found by our key (``out_id``) if the provider returns it, else by
    the provider's id. Receipts arrive repeatedly, late and out of order, so only
    a message without a final result changes.
    """
    found = Q(provider=provider, provider_id=provider_id) if provider_id else Q(pk=None)
    if out_id:
        found |= Q(key=out_id)
    open_states = [Status.SENDING, Status.SENT, Status.UNKNOWN]
    changed = OutboxMessage.objects.filter(found, status__in=open_states).update(
        status=Status.DELIVERED if delivered else Status.FAILED,
        settled_at=at or Now(),
        sent_at=Coalesce("sent_at", "handed_over_at", Now()),
        provider=provider,
        provider_id=provider_id,
        error="" if delivered else error[:80],
        sealed=b"",
    )
    return changed == 1
