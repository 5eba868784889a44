"""Queries on the outbox."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q

from database.clock import database_now
from delivery.models import Channel, OutboxMessage, Status
from delivery.outbox.head_start import DUE_AT

RECENT = 2000
_WAITING = (Status.QUEUED, Status.SENDING)


@dataclass(frozen=True)
class MessageCounts:
    """How many messages of one way of sending were sent, wait, failed, and are of unknown fate."""

    channel: str
    provider: str
    sent: int
    waiting: int
    failed: int
    unknown: int

    @property
    def channel_label(self) -> str:
        """The channel in words."""
        return str(Channel(self.channel).label)


def latest_message(*, kind: str, reference: object) -> OutboxMessage | None:
    """The newest message rendered from ``reference``, whose status a page shows."""
    return OutboxMessage.objects.filter(kind=kind, reference=str(reference)).order_by("-pk").first()


@dataclass(frozen=True)
class Delivery:
    """How a message was sent, and how far it came."""

    channel: Channel
    status: Status


def deliveries_of(keys: Iterable[UUID]) -> dict[UUID, Delivery]:
    """Channel and delivery status of each message, by its key."""
    found = OutboxMessage.objects.filter(key__in=list(keys)).values_list("key", "channel", "status")
    return {key: Delivery(Channel(channel), Status(status)) for key, channel, status in found}


def seconds_overdue() -> float:
    """How long the message that waits longest has been due; 0 when none waits."""
    first = OutboxMessage.objects.filter(status=Status.QUEUED).aggregate(first=Min(DUE_AT))["first"]
    return max(0.0, (database_now() - first).total_seconds()) if first else 0.0


def recent_messages() -> Counter[tuple[str, str, str]]:
    """Channel, provider and status of the newest messages, counted."""
    found = OutboxMessage.objects.order_by("-pk").values_list("channel", "provider", "status")
    return Counter(found[:RECENT])


def counts_since(since: datetime) -> list[MessageCounts]:
    """Messages made after ``since``, by channel and provider: one query.

    Only the newest ones are looked at, by their key; what waits longer is ``seconds_overdue``.
    """
    newest = OutboxMessage.objects.order_by("-pk").values("pk")[:RECENT]
    found = OutboxMessage.objects.filter(pk__in=newest, created_at__gte=since)
    counted = found.values("channel", "provider").annotate(
        sent=Count("pk", filter=~Q(status__in=[*_WAITING, Status.FAILED, Status.UNKNOWN])),
        waiting=Count("pk", filter=Q(status__in=_WAITING)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        unknown=Count("pk", filter=Q(status=Status.UNKNOWN)),
    )
    return [MessageCounts(**row) for row in counted.order_by("channel", "provider")]
