"""Comparison of stated facts with the registry (DOMAIN: verification).

Every comparison is made whatever the earlier ones found, so that response times reveal nothing.
Each institution is compared separately: proof given to one opens no record of another.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from accounts.models import User
from database.prepared_statements import read_prepared
from enrollment.identity.certificates import number_series
from enrollment.models import StudentRecord
from enrollment.models.institution import ThirdItem
from vault.lookup import keyed_hash
from verification.facts import Facts, canonical_item
from verification.models import Claim, ClaimMethod, Decision, DisputeState, Outcome

# By priority: the overall outcome is the first of these that any institution has.
_PRIORITY = (
    Outcome.MATCHED,
    Outcome.ALREADY_CLAIMED,
    Outcome.FROZEN,
    Outcome.WRONG_THIRD_ITEM,
    Outcome.WRONG_NAME,
    Outcome.UNKNOWN_NUMBER,
)
_REFUSALS = """
SELECT institution_code,
  (claimant_id = %s AND decision <> %s) OR (holder_id = %s AND decision <> %s),
  decision = %s AND holder_claimed_at IS NOT NULL
FROM verification_dispute WHERE certificate_hash = %s AND state = %s
UNION
SELECT alert.institution_code, alert.account_id = %s, true
FROM verification_claimalert alert
JOIN enrollment_studentrecord record ON record.id = alert.record_id
WHERE alert.taken_back AND record.certificate_hash = %s
"""


@dataclass(frozen=True)
class Match:
    """The result of a comparison.

    ``records`` are the unclaimed ones of each institution with sufficient proof; ``methods`` maps
    institution codes to the kind of proof, ``outcomes`` to each institution's outcome.
    """

    outcome: Outcome
    records: Sequence[StudentRecord] = ()
    methods: Mapping[str, ClaimMethod] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def match(facts: Facts, account: User) -> Match:
    """Compare ``facts`` with the registry for ``account``: three queries, whatever is found.

    An account that lost a dispute over this certificate cannot claim it there
    by stating facts, even if the record is free; only staff can assist. Once a school has
    taken a record back, facts alone no longer open it: only the phone that it knows, or staff.
    """
    items = [item_hash(facts.third_item)] if canonical_item(facts.third_item) else []
    return compare(facts.certificate_hash, {facts.name_canonical}, items, account)


def compare(
    certificate_hash: bytes, names: Iterable[str], items: Sequence[bytes], account: User
) -> Match:
    """The match of a certificate, canonical ``names`` and third-item hashes with the registry."""
    found = list(
        StudentRecord.objects.select_related("institution")
        .filter(certificate_hash=certificate_hash)
        .only(
            "pk", "key", "name_canonical", "certificate_type", "phone_hash", "phone_sealed",
            "candidate_number", "student_number",
            "certificate_hash", "holder_id", "frozen_at", "institution__third_item",
            "institution__code", "institution__name",
        )
        .order_by("institution_id", "pk")
    )  # fmt: skip
    claims = list(Claim.objects.filter(account=account, ended_at=None))
    lost, taken_back = _refusals(certificate_hash, account)
    known = set(names)
    named = [record for record in found if record.name_canonical in known]
    proof = _Proof(account, items, claims, bytes(certificate_hash))
    free: list[StudentRecord] = []
    methods: dict[str, ClaimMethod] = {}
    outcomes: dict[str, Outcome] = {}
    for code, group in groupby(named, key=lambda record: record.institution.code):
        records = list(group)
        method = proof.method_for(records)
        is_stated = method in (ClaimMethod.SELF, ClaimMethod.NUMBER) and not proof.holds_at(code)
        refused = code in lost or (code in taken_back and is_stated)
        outcomes[code] = _outcome(records, account, method, refused=refused)
        if outcomes[code] == Outcome.MATCHED and method is not None:
            methods[code] = method
            free += [record for record in records if record.holder_id is None]
    none = Outcome.WRONG_NAME if found else Outcome.UNKNOWN_NUMBER
    outcome = min(outcomes.values(), key=_PRIORITY.index, default=none)
    return Match(outcome, free, methods, outcomes)


def series_of(records: Sequence[StudentRecord]) -> str:
    """The number series of the certificate in one person's ``records``."""
    return min((number_series(record.certificate_type) for record in records), default="")


def item_hash(stated: str) -> bytes:
    """The keyed hash under which a third item is stored and compared."""
    return keyed_hash("third-item", canonical_item(stated))


@dataclass(frozen=True)
class _Proof:
    """What ``account`` can show: its confirmed phone, third items, and earlier claims."""

    account: User
    items: Sequence[bytes]
    claims: Sequence[Claim]
    certificate_hash: bytes

    def method_for(self, records: Sequence[StudentRecord]) -> ClaimMethod | None:
        """The kind of proof that suffices for a person's ``records`` at one school, or None."""
        school = records[0].institution
        by_phone = self._has_phone_of(records)
        by_item = self._has_item_of(records)
        earlier = self._has_proved_to(school.code)
        if by_phone:
            return ClaimMethod.PHONE
        if by_item or earlier:
            return ClaimMethod.SELF
        return ClaimMethod.NUMBER if school.third_item == ThirdItem.NONE else None

    def _has_phone_of(self, records: Sequence[StudentRecord]) -> bool:
        account = self.account
        phone = account.phone.as_e164 if account.phone and account.phone_confirmed_at else ""
        digest = keyed_hash("phone", phone)
        return bool(phone) and _one_equals(digest, (r.phone_hash for r in records))

    def _has_item_of(self, records: Sequence[StudentRecord]) -> bool:
        shown = [*self.items, *(bytes(c.item_hash) for c in self._claims() if c.item_hash)]
        asked = [item_hash(item) if (item := _third_item(r)) else None for r in records]
        found = [_one_equals(each, asked) for each in shown]
        return any(found)

    def holds_at(self, code: str) -> bool:
        """Whether this school has opened the certificate to the account."""
        return any(claim.institution_code == code for claim in self._claims())

    def _has_proved_to(self, code: str) -> bool:
        """Whether an earlier claim at this school rests on more than name and number.

        It suffices even if the school has tightened its requirement since.
        """
        return any(
            claim.institution_code == code and claim.method != ClaimMethod.NUMBER
            for claim in self._claims()
        )

    def _claims(self) -> list[Claim]:
        """The account's claims on this certificate; proof for another person does not count."""
        mine = self.certificate_hash
        return [claim for claim in self.claims if bytes(claim.certificate_hash) == mine]


def _outcome(
    records: Sequence[StudentRecord], account: User, method: ClaimMethod | None, *, refused: bool
) -> Outcome:
    if method is None:
        return Outcome.WRONG_THIRD_ITEM
    if any(record.frozen_at for record in records):
        return Outcome.FROZEN
    if any(record.holder_id not in (None, account.pk) for record in records):
        return Outcome.ALREADY_CLAIMED
    if refused:
        return Outcome.FROZEN
    free = any(record.holder_id is None for record in records)
    return Outcome.MATCHED if free else Outcome.ALREADY_CLAIMED


def _refusals(certificate_hash: bytes, account: User) -> tuple[set[str], set[str]]:
    """The institutions that decided about this certificate against ``account``, and those that
    took a record with it back from its holder.
    """
    rows = read_prepared(
        _REFUSALS,
        [
            account.pk, Decision.CLAIMANT, account.pk, Decision.HOLDER, Decision.NEITHER,
            certificate_hash, DisputeState.DECIDED, account.pk, certificate_hash,
        ],
    )  # fmt: skip
    lost = {code for code, is_mine, _is_freed in rows if is_mine}
    return lost, {code for code, _is_mine, is_freed in rows if is_freed}


def _one_equals(digest: bytes, others: Iterable[bytes | memoryview | None]) -> bool:
    found = [hmac.compare_digest(bytes(other), digest) for other in others if other is not None]
    return any(found)


def _third_item(record: StudentRecord) -> str:
    """The number that the institution asks for; if the record lacks it, its other number."""
    numbers = [record.candidate_number, record.student_number]
    if record.institution.third_item == ThirdItem.STUDENT_NUMBER:
        numbers.reverse()
    return numbers[0] or numbers[1]
