"""Background work of help, reports and boards."""

from celery import shared_task
from django.utils import timezone

from enrollment.files.evidence import forget_left_evidence
from support import digest
from support.board import reminders, rollup
from support.reports import classes, retention


@shared_task
def fold_headcounts() -> None:
    """Keep the class boards quick; their figures are true without it."""
    rollup.fold_headcounts()


@shared_task
def follow_records() -> None:
    """Bring reports to the class in which their record is now; enqueued by every publication."""
    classes.follow_records()


@shared_task
def send_digests() -> None:
    """Send the digests of today."""
    digest.send_digests(timezone.localdate())


@shared_task
def forget_evidence() -> None:
    """Delete the evidence of reports settled long ago, and what killed processes left."""
    retention.forget_old_evidence()
    forget_left_evidence()


@shared_task
def forget_words() -> None:
    """Empty what was written in reports settled long ago; forget old reminders."""
    retention.forget_old_words()
    reminders.forget_old_days()
