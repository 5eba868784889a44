"""Progress of people who searched for their record, stored for the class board.

In a task of its own: page response times must not depend on the registry (threat T3).
"""

from celery import shared_task

from delivery.task_queue import enqueue_after_commit
from enrollment.records.unclaimed_progress import note_searched, note_searches_in_vain
from verification.models import AttemptState, VerificationAttempt


@shared_task
def note_progress(key: str) -> None:
    """Store that the certificate of attempt ``key`` was searched, and whether it was not found."""
    attempt = VerificationAttempt.objects.filter(key=key).first()
    if attempt is not None and attempt.state != AttemptState.VERIFIED:
        not_found = attempt.state == AttemptState.UNMATCHED
        note_searched(certificate_hash=bytes(attempt.certificate_hash), not_found=not_found)


def enqueue_progress(attempt: VerificationAttempt) -> None:
    """Enqueue ``note_progress`` once the caller's transaction has committed."""
    enqueue_after_commit(note_progress, str(attempt.key))


def note_lost_progress() -> None:
    """Store the progress of attempts whose ``note_progress`` was lost: the broker was away."""
    note_searches_in_vain(VerificationAttempt.objects.filter(state=AttemptState.UNMATCHED))
