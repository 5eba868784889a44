"""Queries on the outbox."""

from delivery.models import OutboxMessage


def latest_message(*, kind: str, reference: object) -> OutboxMessage | None:
    """The newest message rendered from ``reference``, whose status a page shows."""
    return OutboxMessage.objects.filter(kind=kind, reference=str(reference)).order_by("-pk").first()
