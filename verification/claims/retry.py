"""New matching for unmatched accounts after an import has brought their record."""

import logging
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from accounts.password_state import lock_account
from accounts.sweep import for_each
from enrollment.models import StudentRecord
from enrollment.records.services import RecordHeldError
from verification.claims import services
from verification.claims.matching import compare
from verification.models import AttemptState, Claim, Outcome, VerificationAttempt

logger = logging.getLogger(__name__)

FREE = StudentRecord.objects.filter(
    certificate_hash=OuterRef("certificate_hash"), holder=None, frozen_at=None
)


def match_waiting() -> int:
    """Match every account whose certificate is in the registry by now; returns how many matched.

    Idempotent: a matched attempt is not tried again.
    """
    return for_each(_waiting(), _retry) + for_each(_with_further_records(), _claim_further)


# Not of accounts that were closed, nor of those whose owners have withdrawn their consents, nor
# of staff, who may hold no record. Read once more when a record is claimed.
_OF_LIVING = {
    "account__is_active": True,
    "account__deletion_due_at": None,
    "account__is_staff": False,
    "account__is_superuser": False,
    "account__role_grants": None,
}


def _waiting() -> QuerySet[VerificationAttempt]:
    """The last unmatched attempt of each account without a claim, if a record is unclaimed."""
    newest = (
        VerificationAttempt.objects.filter(state=AttemptState.UNMATCHED, **_OF_LIVING)
        .exclude(facts_sealed=b"")
        .order_by("account_id", "-submitted_at")
        .distinct("account_id")
        .values("pk")
    )
    return VerificationAttempt.objects.filter(Exists(FREE), pk__in=newest)


def _retry(attempt: VerificationAttempt) -> bool:
    with transaction.atomic():
        account = lock_account(attempt.account_id)
        unmatched = VerificationAttempt.objects.filter(pk=attempt.pk, state=AttemptState.UNMATCHED)
        waits = unmatched.exclude(facts_sealed=b"").select_for_update().first()
        if waits is None:
            return False
        found = services.claim_match(account, waits.facts)
        if found.outcome != Outcome.MATCHED:
            return False
        services.settle(waits, found, AttemptState.UNMATCHED)
        _notify(account)
    return True


def _with_further_records() -> Iterator[Claim]:
    """One claim of each account with another unclaimed record of its certificate (专科 → 本科)."""
    claims = Claim.objects.filter(Exists(FREE), ended_at=None, **_OF_LIVING)
    yield from claims.order_by("account_id", "certificate_hash").distinct(
        "account_id", "certificate_hash"
    )


def _claim_further(claim: Claim) -> bool:
    """Claim further records for which the proof suffices, under the names already held."""
    certificate_hash = bytes(claim.certificate_hash)
    try:
        with transaction.atomic():
            account = lock_account(claim.account_id)
            held = account.held_records.filter(certificate_hash=certificate_hash)
            names = held.values_list("name_canonical", flat=True)
            found = compare(certificate_hash, names, [], account)
            if found.outcome != Outcome.MATCHED:
                return False
            services.claim_found(
                account=account, found=found, certificate_hash=certificate_hash, told=True
            )
            _notify(account)
    except (IntegrityError, RecordHeldError):
        logger.info("account %s: record or account changed in the meantime", claim.account_id)
        return False
    return True


def _notify(account: User) -> None:
    """Notify on every channel, whatever the account's choices: the person has waited for this."""
    notify(account=account, kind="record_found", path=reverse("enrollment:status"), always=True)
