"""Background work of accounts."""

from celery import shared_task

from accounts import codes, limits
from accounts.journeys import deletion, registration


@shared_task
def forget_unfinished() -> None:
    """Forget accounts that never came to be, and what limits and codes no longer need."""
    registration.forget_unconfirmed()
    limits.prune()
    codes.prune()


@shared_task
def delete_due_accounts() -> None:
    """Erase the accounts whose cooling period is over."""
    deletion.erase_due()
