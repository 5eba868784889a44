"""Background work of accounts."""

from celery import shared_task

from accounts import limits
from accounts.journeys import registration


@shared_task
def forget_unfinished() -> None:
    """Forget accounts that never came to be, and what limits no longer need."""
    registration.forget_unconfirmed()
    limits.prune()
