"""Progress of people who search for their record, stored for the class board.

In tasks of their own: page response times must not depend on the registry (threat T3). Most people
find their record within seconds, and nothing about their search is left to store. So a search
that goes on is found by a periodic task, and only one that did not match has a task of its own.
"""

from datetime import timedelta

from celery import shared_task
from django.db.models import QuerySet
from django.db.models.functions import Now

from delivery.task_queue import enqueue_after_commit
from enrollment.records.unclaimed_progress import (
    note_searched,
    note_searches,
    note_searches_in_vain,
)
from verification.models import OPEN_STATES, AttemptState, VerificationAttempt

RECENT = timedelta(minutes=15)  # longer than ``match_waiting``, which looks at all, waits


@shared_task
def note_progress(key: str) -> None:
    """Store that the certificate of attempt ``key`` was searched, and whether it was not found."""
    attempt = VerificationAttempt.objects.filter(key=key).first()
    if attempt is not None and attempt.state != AttemptState.VERIFIED:
        not_found = attempt.state == AttemptState.UNMATCHED
        note_searched(certificate_hash=bytes(attempt.certificate_hash), not_found=not_found)


@shared_task
def note_open_searches() -> None:
    """Store the progress of everybody who has begun to search lately and is not done."""
    note_searches(_open().filter(started_at__gt=Now() - RECENT))


def enqueue_progress(attempt: VerificationAttempt) -> None:
    """Enqueue ``note_progress`` once the caller's transaction has committed."""
    enqueue_after_commit(note_progress, str(attempt.key))


def note_lost_progress() -> None:
    """Store the progress that the tasks have missed: broker or worker were away."""
    note_searches(_open())
    note_searches_in_vain(VerificationAttempt.objects.filter(state=AttemptState.UNMATCHED))


def _open() -> QuerySet[VerificationAttempt]:
    return VerificationAttempt.objects.filter(state__in=OPEN_STATES)
