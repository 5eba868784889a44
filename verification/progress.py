"""Let the class board see how far somebody without a record has come.

In a task of its own: what the registry knows must not show in the time that a
page takes (SECURITY T3).
"""

from celery import shared_task

from delivery.task_queue import enqueue_after_commit
from enrollment.records.unclaimed_progress import note_searched
from verification.models import AttemptState, VerificationAttempt


@shared_task
def note_progress(key: str) -> None:
    """Note that the certificate of attempt ``key`` is looked for, or was in vain."""
    attempt = VerificationAttempt.objects.filter(key=key).first()
    if attempt is not None and attempt.state != AttemptState.VERIFIED:
        in_vain = attempt.state == AttemptState.UNMATCHED
        note_searched(certificate_hash=bytes(attempt.certificate_hash), in_vain=in_vain)


def tell_progress(attempt: VerificationAttempt) -> None:
    """Note it once the caller's transaction has committed."""
    enqueue_after_commit(note_progress, str(attempt.key))
