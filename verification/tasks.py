"""Background work of verification."""

from celery import shared_task

from verification import waiting


@shared_task
def match_waiting() -> None:
    """Try again for the people who wait; rung by a publication and by the clock."""
    waiting.match_waiting()
