"""Background work of verification."""

from celery import shared_task

from accounts.sweep import for_each
from verification import disputes, retention
from verification.claims import retry
from verification.models import Dispute
from verification.progress import note_progress

__all__ = [
    "forget_old_disputes",
    "forget_old_facts",
    "look_into_dispute",
    "look_into_disputes",
    "match_waiting",
    "note_progress",
]


@shared_task
def match_waiting() -> None:
    """Try again for the people who wait; rung by a publication and by the clock."""
    retry.match_waiting()


@shared_task
def look_into_dispute(key: str) -> None:
    """Compare a dispute with the registry."""
    dispute = Dispute.objects.filter(key=key).first()
    if dispute is not None:
        disputes.look_into(dispute)


@shared_task
def look_into_disputes() -> None:
    """The same for every dispute whose bell was not heard."""
    for_each(disputes.not_looked_into(), disputes.look_into)


@shared_task
def forget_old_disputes() -> None:
    """Delete what was written and shown in disputes that are long over."""
    retention.forget_old_disputes()


@shared_task
def forget_old_facts() -> None:
    """Forget what people stated in vain long ago."""
    retention.forget_old_facts()
