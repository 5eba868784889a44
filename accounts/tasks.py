"""Background work of accounts."""

import logging

from celery import shared_task

from accounts import audit_letter, captcha, codes, limits
from accounts.journeys import deletion, registration, rescue
from accounts.session_store import SessionStore

logger = logging.getLogger(__name__)


@shared_task
def forget_unfinished() -> None:
    """Forget accounts that never came to be, and what limits and codes no longer need."""
    for act in (
        registration.forget_unconfirmed,
        registration.forget_unactivated,
        limits.prune,
        codes.prune,
        captcha.prune,
        SessionStore.clear_expired,
        rescue.forget_old,
    ):
        try:
            act()
        except Exception as error:  # the others are done all the same
            logger.error("%s failed: %s", act.__qualname__, type(error).__name__)


@shared_task
def delete_due_accounts() -> None:
    """Erase the accounts whose cooling period is over."""
    deletion.erase_due()


@shared_task
def finish_rescues() -> None:
    """Give accounts back whose old contacts did not object."""
    rescue.finish_due()


@shared_task
def anchor_trail() -> None:
    """Hand the head of the audit trail to the log and to every auditor."""
    audit_letter.send_anchor()
