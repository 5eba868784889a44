"""Stated facts against the registry (DOMAIN: verification).

Every comparison is done whatever the one before it said, so that no answer
comes sooner than another.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from enrollment.identity.certificates import number_series
from enrollment.models import StudentRecord
from enrollment.models.institution import ThirdItem
from vault.lookup import keyed_hash
from verification.facts import Facts, canonical_item
from verification.models import ClaimMethod, Decision, Dispute, DisputeState, Outcome


@dataclass(frozen=True)
class Match:
    """What was found. ``records`` and ``method`` are filled only for ``Outcome.MATCHED``."""

    outcome: Outcome
    records: Sequence[StudentRecord] = ()
    method: ClaimMethod = ClaimMethod.SELF


def match(facts: Facts, account: User) -> Match:
    """Compare ``facts`` with the registry on behalf of ``account``: two queries, whatever is found.

    Whom the school has found not to be this person opens nothing by facts alone
    any more, though the record be free: only face to face.
    """
    found = list(
        StudentRecord.objects.select_related("institution")
        .filter(certificate_hash=facts.certificate_hash)
        .only(
            "pk", "key", "name_canonical", "certificate_type", "phone_hash",
            "candidate_number", "student_number",
            "holder_id", "frozen_at", "institution__third_item", "institution__code",
        )
    )  # fmt: skip
    named = [r for r in found if r.name_canonical == facts.name_canonical]
    by_phone = _phone_is_known(named, account)
    by_item = _third_item_fits(named, facts.third_item)
    refused = _was_refused(facts, account)
    held = any(r.holder_id not in (None, account.pk) for r in named)
    if not found:
        return Match(Outcome.UNKNOWN_NUMBER)
    if not named:
        return Match(Outcome.WRONG_NAME)
    if not (by_phone or by_item):
        return Match(Outcome.WRONG_THIRD_ITEM)
    if any(r.frozen_at for r in named):
        return Match(Outcome.FROZEN)
    if held:
        return Match(Outcome.ALREADY_CLAIMED)
    if refused:
        return Match(Outcome.FROZEN)
    method = ClaimMethod.PHONE if by_phone else ClaimMethod.SELF
    return Match(Outcome.MATCHED, named, method)


def series_of(records: Sequence[StudentRecord]) -> str:
    """The series of numbers to which the certificate of one person's ``records`` belongs."""
    return min((number_series(record.certificate_type) for record in records), default="")


def _was_refused(facts: Facts, account: User) -> bool:
    """Whether a dispute about this certificate was decided against ``account``."""
    lost = Q(claimant=account) & ~Q(decision=Decision.CLAIMANT)
    lost |= Q(holder=account) & ~Q(decision=Decision.HOLDER)
    decided = Dispute.objects.filter(
        certificate_hash=facts.certificate_hash, state=DisputeState.DECIDED
    )
    return decided.filter(lost).exists()


def _phone_is_known(records: Sequence[StudentRecord], account: User) -> bool:
    """Whether a school knows the account's confirmed phone as this person's."""
    phone = account.phone.as_e164 if account.phone and account.phone_confirmed_at else ""
    digest = keyed_hash("phone", phone)
    return bool(phone) and any(
        record.phone_hash is not None and hmac.compare_digest(bytes(record.phone_hash), digest)
        for record in records
    )


def _third_item_fits(records: Sequence[StudentRecord], stated: str) -> bool:
    """Whether ``stated`` is what an institution of this person asks for.

    An institution that asks for nothing does not open the records of one that
    asks. A record without a candidate number is asked by its student number.
    """
    asking = [r for r in records if r.institution.third_item != ThirdItem.NONE]
    if not asking:
        return bool(records)
    given = canonical_item(stated).encode()
    return bool(given) and any(
        hmac.compare_digest(given, canonical_item(_third_item(record)).encode())
        for record in asking
    )


def _third_item(record: StudentRecord) -> str:
    numbers = [record.candidate_number, record.student_number]
    if record.institution.third_item == ThirdItem.STUDENT_NUMBER:
        numbers.reverse()
    return numbers[0] or numbers[1]
