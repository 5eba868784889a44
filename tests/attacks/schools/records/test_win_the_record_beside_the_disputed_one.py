"""Two people stand with one number at a school: a dispute about one reaches the other's record."""

import pytest
from django.utils import timezone

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change, NotCorrectableError
from tests.people import make_account, make_record, sample_number
from tests.verification.disputes.sides import decide, let_time_pass, open_one, state
from verification.claims.services import claim_match
from verification.facts import Facts
from verification.models import Claim, Dispute, Outcome
from verification.queries import disputes_visible_to

pytestmark = pytest.mark.django_db
SHARED, RIGHT = sample_number(31), sample_number(32)


@pytest.fixture
def neighbour(wang_record: StudentRecord) -> StudentRecord:
    """李小雨's record, into which the school has written 王明's number; 李小雨 holds it."""
    account = make_account("neighbour@example.org")
    return make_record(
        name="李小雨", number=SHARED, candidate_number="1", student_number="1",
        holder=account, claimed_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def claimant(wang_record: StudentRecord) -> User:
    """王明, whose record another account holds."""
    account = make_account("true.wang@example.org")
    state(account, "王明", SHARED, wang_record.candidate_number)
    return account


def claimed(record: StudentRecord) -> Claim:
    """The claim of who holds ``record``."""
    Claim.objects.all().delete()
    assert record.holder is not None
    return Claim.objects.create(
        account=record.holder,
        certificate_hash=record.certificate_hash,
        series="",
        institution_code=record.institution.code,
        method="self",
    )


def correct(record: StudentRecord, by: User) -> None:
    """The school writes the right number, with the province's approval."""
    approved = Approval("学〔2026〕7号", timezone.localdate())
    correct_record(
        record=record, change=Change("certificate_number", RIGHT, approval=approved), by=by
    )
    record.refresh_from_db()


@pytest.mark.parametrize("is_held", [True, False])
def test_a_dispute_does_not_follow_the_number_of_the_neighbours_record(
    is_held: bool,
    claimant: User,
    wang_record: StudentRecord,
    neighbour: StudentRecord,
    desk_registrar: User,
) -> None:
    owner = neighbour.holder
    if not is_held:
        StudentRecord.objects.filter(pk=wang_record.pk).update(holder=None, claimed_at=None)
        claimed(neighbour)  # so that 王明 cannot claim by the same number
    dispute = open_one(claimant)
    correct(neighbour, desk_registrar)
    dispute.refresh_from_db()
    assert bytes(dispute.certificate_hash) == bytes(wang_record.certificate_hash)
    decide(desk_registrar, dispute, "claimant")
    let_time_pass(dispute)
    if dispute.state == "open":
        decide(desk_registrar, dispute, "claimant")
    wang_record.refresh_from_db()
    neighbour.refresh_from_db()
    assert (neighbour.holder, neighbour.frozen_at) == (owner, None)
    assert (wang_record.holder, wang_record.frozen_at) == (claimant, None)


def test_a_dispute_follows_the_number_of_its_own_record(
    claimant: User, wang_record: StudentRecord, neighbour: StudentRecord, desk_registrar: User
) -> None:
    dispute = open_one(claimant)
    correct(wang_record, desk_registrar)
    dispute.refresh_from_db()
    assert bytes(dispute.certificate_hash) == bytes(wang_record.certificate_hash)
    assert list(disputes_visible_to(desk_registrar)) == [dispute]
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "claimant")
    wang_record.refresh_from_db()
    assert (wang_record.holder, wang_record.frozen_at) == (claimant, None)
    assert Dispute.objects.get().state == "decided"


def test_a_second_row_of_the_person_takes_the_dispute_nowhere(
    claimant: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    """A file has added it since: the dispute would follow it, and leave the first frozen."""
    open_one(claimant)
    second = make_record(name="王明", number=SHARED, candidate_number="2", student_number="2")
    with pytest.raises(NotCorrectableError, match="异议"):
        correct(second, desk_registrar)
    assert Dispute.objects.get().certificate_hash == wang_record.certificate_hash


def test_who_holds_a_record_whose_claim_ended_is_no_other_person_too(
    claimant: User, wang_record: StudentRecord, neighbour: StudentRecord, desk_registrar: User
) -> None:
    """A decision about the number ends the claim of the other row's holder, who keeps the row."""
    claimed(neighbour)
    dispute = open_one(claimant)
    let_time_pass(dispute)
    decide(desk_registrar, dispute, "claimant")
    neighbour.refresh_from_db()
    assert neighbour.holder is not None
    third = make_record(
        name="张三", number=sample_number(33), candidate_number="3", student_number="3"
    )
    found = claim_match(neighbour.holder, Facts("张三", "居民身份证", sample_number(33), "3"))
    third.refresh_from_db()
    assert (found.outcome, third.holder) == (Outcome.ALREADY_CLAIMED, None)
