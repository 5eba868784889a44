"""The outbox as a queue: claim, hand over, settle, recover.

Every step is one conditional UPDATE. ``attempts`` is the token of a claim: who
was overtaken (its lease ran out, another worker took the row) changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from delivery.models import OutboxMessage, Status
from delivery.registry import tell_failures

BATCH = 100
MAX_ATTEMPTS = 10
FIRST_DELAY = 5.0  # seconds; doubled at each attempt
LONGEST_DELAY = 600.0
_jitter = SystemRandom()

CLAIM = """
UPDATE delivery_outboxmessage SET status = 'sending', attempts = attempts + 1,
    claimed_at = statement_timestamp(), handed_over_at = NULL
WHERE id IN (
    SELECT id FROM delivery_outboxmessage
    WHERE status = 'queued' AND next_attempt_at <= statement_timestamp()
    ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING *
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
    next_attempt_at = statement_timestamp() + make_interval(secs => o.delay),
    handed_over_at = CASE WHEN o.status = 'queued' THEN NULL ELSE m.handed_over_at END,
    sent_at = CASE WHEN o.status = 'sent' THEN statement_timestamp() END,
    settled_at = CASE WHEN o.status = 'failed' THEN statement_timestamp() END,
    sealed = CASE WHEN o.status IN ('sent', 'failed') THEN ''::bytea ELSE m.sealed END
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::float[])
    AS o(id, attempts, status, provider, provider_id, error, delay)
WHERE m.id = o.id AND m.attempts = o.attempts AND m.status IN ('sending', 'unknown')
RETURNING m.id
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt."""

    message: OutboxMessage
    status: Status
    provider: str = ""
    provider_id: str = ""
    error: str = ""
    delay: float = 0.0


def claim(limit: int = BATCH) -> list[OutboxMessage]:
    """Take up to ``limit`` due messages; rows another worker is taking are passed over."""
    return list(OutboxMessage.objects.raw(CLAIM, [limit]))


def hand_over(messages: Sequence[OutboxMessage]) -> set[int]:
    """Note that these are about to leave; the keys of those still ours."""
    keys = [message.pk for message in messages]
    attempts = [message.attempts for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER, [keys, attempts])
        return {row[0] for row in cursor.fetchall()}


def settle(outcomes: Sequence[Outcome]) -> None:
    """Write what became of the attempts."""
    columns: list[list[Any]] = [
        [outcome.message.pk for outcome in outcomes],
        [outcome.message.attempts for outcome in outcomes],
        [str(outcome.status) for outcome in outcomes],
        [outcome.provider for outcome in outcomes],
        [outcome.provider_id for outcome in outcomes],
        [outcome.error for outcome in outcomes],
        [outcome.delay for outcome in outcomes],
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, columns)
            settled = {row[0] for row in cursor.fetchall()}
        failed = [outcome.message for outcome in outcomes if outcome.status == Status.FAILED]
        tell_failures([message for message in failed if message.pk in settled])


def passing(message: OutboxMessage, error: str) -> Outcome:
    """The outcome of an attempt that may be repeated: later, or never more."""
    if message.attempts >= MAX_ATTEMPTS:
        return Outcome(message, Status.FAILED, error=error)
    delay = min(FIRST_DELAY * 2 ** (message.attempts - 1), LONGEST_DELAY)
    return Outcome(message, Status.QUEUED, error=error, delay=delay * _jitter.uniform(0.8, 1.2))


def recover() -> None:
    """Take up what dead workers left: not handed over, send; handed over, unknown."""
    left = OutboxMessage.objects.filter(status=Status.SENDING)
    claim_lease = timedelta(seconds=settings.OUTBOX_CLAIM_LEASE)
    left.filter(handed_over_at=None, claimed_at__lt=Now() - claim_lease).update(
        status=Status.QUEUED, next_attempt_at=Now()
    )
    handover_lease = timedelta(seconds=settings.OUTBOX_HANDOVER_LEASE)
    left.filter(handed_over_at__lt=Now() - handover_lease).update(
        status=Status.UNKNOWN, next_attempt_at=Now()
    )


def doubt_unsent() -> int:
    """After a backup was restored: what it knows as unsent may have been sent since; how many.

    Text messages are looked up at their provider (``delivery.reconcile``), and
    nothing is sent again blindly.
    """
    unsent = OutboxMessage.objects.filter(status__in=[Status.QUEUED, Status.SENDING])
    return unsent.update(
        status=Status.UNKNOWN,
        handed_over_at=Coalesce("handed_over_at", "next_attempt_at"),
        next_attempt_at=Now(),
    )


def requeue_absent(key: UUID) -> bool:
    """Send an unknown message again: its provider has stated that it never had it."""
    unknown = OutboxMessage.objects.filter(status=Status.UNKNOWN, key=key).exclude(sealed=b"")
    return unknown.update(status=Status.QUEUED, next_attempt_at=Now()) == 1
