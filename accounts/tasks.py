"""Celery tasks of accounts."""

import logging

from celery import shared_task

from accounts.codes import services as codes
from accounts.deletion import services as deletion
from accounts.limits import proof_of_work, rate_limits
from accounts.notices import audit_letter
from accounts.privacy import personal_data
from accounts.recovery import staff_assisted
from accounts.sessions.store import SessionStore
from accounts.sign_up import by_phone

logger = logging.getLogger(__name__)


@shared_task
def forget_unfinished() -> None:
    """Delete unfinished accounts and recoveries, and expired limits, codes, proofs and sessions."""
    for act in (
        by_phone.forget_unconfirmed,
        by_phone.forget_unactivated,
        rate_limits.prune,
        codes.prune,
        proof_of_work.prune,
        SessionStore.clear_expired,
        staff_assisted.forget_old,
        personal_data.forget_old_counts,
    ):
        try:
            act()
        except Exception as error:  # the others still run
            logger.error("%s failed: %s", act.__qualname__, type(error).__name__)


@shared_task
def delete_due_accounts() -> None:
    """Erase the accounts whose cooling period is over."""
    deletion.erase_due()


@shared_task
def finish_rescues() -> None:
    """Complete recoveries to which the old contacts did not object."""
    staff_assisted.finish_due()


@shared_task
def anchor_trail() -> None:
    """Send the head of the audit trail to the log and to every auditor."""
    audit_letter.send_anchor()
