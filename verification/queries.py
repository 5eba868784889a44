"""An account's attempts and claims, and the disputes that a registrar decides."""

from django.core.cache import cache
from django.db.models import F, QuerySet

from accounts.models import User
from database.clock import read_with_clock
from database.prepared_statements import read_prepared
from enrollment.models import Institution, StudentRecord
from enrollment.models.institution import ThirdItem
from enrollment.queries import institutions_of
from vault.lookup import keyed_hash
from verification.models import (
    OPEN_STATES,
    AttemptState,
    Dispute,
    DisputeState,
    VerificationAttempt,
)

# Asked on every page between sign-up and the record.
_IS_VERIFIED = """
SELECT EXISTS (SELECT FROM verification_claim WHERE account_id = %s AND ended_at IS NULL)
    OR EXISTS (SELECT FROM enrollment_studentrecord WHERE holder_id = %s)
"""

_ASKS = "some-school-asks-for-a-third-item"


def is_verified(account: User) -> bool:
    """Whether the account has a current claim or holds a record."""
    [(verified,)] = read_prepared(_IS_VERIFIED, [account.pk, account.pk])
    return bool(verified)


def has_nothing_to_prove(account: User) -> bool:
    """Whether the account need not enter basic information: it is verified, or it is staff."""
    return not account.is_student or is_verified(account)


def needs_third_item(account: User) -> bool:
    """Whether no school knows the confirmed phone of ``account``, which could stand for it.

    Decided by the account's own phone and the schools' rules: it reveals nothing about what
    will be stated.
    """
    if not _some_school_asks():
        return False
    if account.phone is None or account.phone_confirmed_at is None:
        return True
    digest = keyed_hash("phone", account.phone.as_e164)
    return not StudentRecord.objects.filter(phone_hash=digest, holder=None).exists()


def _some_school_asks() -> bool:
    """Whether any school asks for a third item; kept for a minute where one does.

    Before there is a school, its rule is not known yet: it may ask.
    """
    if cache.get(_ASKS):
        return True
    rules = set(Institution.objects.order_by().values_list("third_item", flat=True).distinct())
    asks = rules != {ThirdItem.NONE}
    if asks:
        cache.set(_ASKS, True, 60)
    return asks


def open_attempt(account: User, state: AttemptState) -> VerificationAttempt | None:
    """The account's attempt in ``state``."""
    return VerificationAttempt.objects.filter(account=account, state=state).first()


def open_state(account: User) -> AttemptState | None:
    """The state of the account's open attempt."""
    attempts = VerificationAttempt.objects.filter(account=account, state__in=OPEN_STATES)
    state = attempts.values_list("state", flat=True).first()
    return AttemptState(state) if state else None


def last_unmatched(account: User) -> VerificationAttempt | None:
    """The account's latest attempt that found no record."""
    found = VerificationAttempt.objects.filter(account=account, state=AttemptState.UNMATCHED)
    attempts = found.exclude(facts_sealed=b"")
    return attempts.order_by("-submitted_at").first()


def is_unmatched(account: User) -> bool:
    """Whether the account's latest attempt found no record, and nothing else goes on since."""
    latest = VerificationAttempt.objects.filter(account=account).order_by("-pk")
    state = latest.values_list("state", flat=True).first()
    return state == AttemptState.UNMATCHED and not has_open_dispute(account)


def has_open_dispute(claimant: User) -> bool:
    """Whether the school still looks into a dispute that this account opened."""
    return Dispute.objects.filter(claimant=claimant, state=DisputeState.OPEN).exists()


def earlier_attempts(
    account: User,
) -> tuple[VerificationAttempt | None, VerificationAttempt | None]:
    """The account's open attempt, and its latest that found no record, in one query."""
    states = (*OPEN_STATES, AttemptState.UNMATCHED)
    attempts = VerificationAttempt.objects.filter(account=account, state__in=states)
    found = list(attempts.exclude(facts_sealed=b"").order_by(F("submitted_at").desc()))
    unmatched = [one for one in found if one.state == AttemptState.UNMATCHED]
    still_open = [one for one in found if one.state != AttemptState.UNMATCHED]
    return next(iter(still_open), None), next(iter(unmatched), None)


def disputes_visible_to(user: User) -> QuerySet[Dispute]:
    """Disputes about records of this registrar's institutions, open ones first."""
    codes = institutions_of(user).values("code")
    found = read_with_clock(Dispute.objects.filter(institution_code__in=codes))
    both = found.select_related("claimant", "holder")
    return both.order_by(F("decided_at").desc(nulls_first=True), "opened_at")
