"""Queries on the outbox."""

from collections import Counter

from django.db.models import Min

from database.clock import database_now
from delivery.models import OutboxMessage, Status

RECENT = 2000


def latest_message(*, kind: str, reference: object) -> OutboxMessage | None:
    """The newest message rendered from ``reference``, whose status a page shows."""
    return OutboxMessage.objects.filter(kind=kind, reference=str(reference)).order_by("-pk").first()


def seconds_overdue() -> float:
    """How long the message that waits longest has been due; 0 when none waits."""
    first = OutboxMessage.objects.filter(status=Status.QUEUED).aggregate(
        first=Min("next_attempt_at")
    )["first"]
    return max(0.0, (database_now() - first).total_seconds()) if first else 0.0


def recent_messages() -> Counter[tuple[str, str, str]]:
    """Channel, provider and status of the newest messages, counted."""
    found = OutboxMessage.objects.order_by("-pk").values_list("channel", "provider", "status")
    return Counter(found[:RECENT])
