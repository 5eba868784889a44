"""An account's attempts and its claim."""

from accounts.models import User
from verification.models import AttemptState, Claim, VerificationAttempt


def is_verified(account: User) -> bool:
    """Whether the account has proved to be a person, or holds a record already."""
    claimed = Claim.objects.filter(account=account, ended_at=None).exists()
    return claimed or account.held_records.exists()


def open_attempt(account: User, state: AttemptState) -> VerificationAttempt | None:
    """The account's attempt that waits in ``state``."""
    return VerificationAttempt.objects.filter(account=account, state=state).first()


def last_unmatched(account: User) -> VerificationAttempt | None:
    """The account's latest attempt that found no record."""
    attempts = VerificationAttempt.objects.filter(account=account, state=AttemptState.UNMATCHED)
    return attempts.order_by("-submitted_at").first()
