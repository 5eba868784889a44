"""Celery tasks of verification."""

from celery import shared_task

from accounts.sweep import for_each
from verification import disputes, retention
from verification.claims import retry
from verification.models import Dispute
from verification.search_progress import note_lost_progress, note_open_searches, note_progress

__all__ = [
    "forget_ended",
    "forget_old_disputes",
    "forget_old_facts",
    "look_into_dispute",
    "look_into_disputes",
    "match_waiting",
    "note_open_searches",
    "note_progress",
]


@shared_task
def match_waiting() -> None:
    """Match unmatched accounts again; enqueued by every publication and on schedule."""
    retry.match_waiting()
    note_lost_progress()


@shared_task
def look_into_dispute(key: str) -> None:
    """Compare one dispute with the registry."""
    dispute = Dispute.objects.filter(key=key).first()
    if dispute is not None:
        disputes.look_into(dispute)


@shared_task
def look_into_disputes() -> None:
    """Compare every dispute whose own task was never run."""
    for_each(disputes.not_looked_into(), disputes.look_into)


@shared_task
def forget_old_disputes() -> None:
    """Delete statements and evidence of disputes that are long over."""
    retention.forget_old_disputes()


@shared_task
def forget_ended() -> None:
    """Delete disputes, claims and objections that ended long ago."""
    retention.forget_ended()


@shared_task
def forget_old_facts() -> None:
    """Forget what people stated long ago."""
    retention.forget_old_facts()
