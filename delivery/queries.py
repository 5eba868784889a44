"""Reading the outbox."""

from delivery.models import OutboxMessage


def latest_message(*, kind: str, reference: object) -> OutboxMessage | None:
    """The newest message rendered from ``reference``: its state is what a page tells."""
    return OutboxMessage.objects.filter(kind=kind, reference=str(reference)).order_by("-pk").first()
