"""Two records of one person, whose wrong certificate number is corrected in one of them alone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Institution, InstitutionRegistrar, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change, NotCorrectableError
from tests.attacks.schools.records.proving import holder_of, prove
from tests.people import enter, make_account, make_record, make_school, sample_number
from verification import disputes
from verification.claims.retry import match_waiting
from verification.claims.services import claim_match
from verification.facts import Facts
from verification.models import Dispute, Outcome

pytestmark = pytest.mark.django_db
NAME, ITEM = "李晓雨", "26110108150777"
WRONG, RIGHT, OTHER = sample_number(12), sample_number(13), sample_number(14)


@pytest.fixture
def first(db: None) -> StudentRecord:
    """The record of the school that corrects."""
    return entered(make_school())


@pytest.fixture
def second(db: None) -> StudentRecord:
    """The record of a school that does not."""
    return entered(make_school("10002", "乙校"))


@pytest.fixture
def owner(first: StudentRecord, second: StudentRecord) -> User:
    """The person of both records, who holds them."""
    account = make_account("owner@example.org")
    prove(account, ITEM)
    enter(account).post(reverse("verification:further"), {"third_item": ITEM})
    assert holder_of(first) == holder_of(second) == account
    return account


def entered(school: Institution, number: str = WRONG, item: str = ITEM) -> StudentRecord:
    """A record of the person at ``school``."""
    count = StudentRecord.objects.count()
    return make_record(
        name=NAME,
        number=number,
        school=school,
        candidate_number=item,
        student_number=f"202600{count:04}",
    )


def corrected(record: StudentRecord, number: str = RIGHT) -> None:
    """The school corrects the number, with the province's approval."""
    desk = make_account(f"desk{User.objects.count()}@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=desk, institution=record.institution)
    approved = Approval("学〔2026〕7号", timezone.localdate())
    record.refresh_from_db()
    correct_record(
        record=record, change=Change("certificate_number", number, approval=approved), by=desk
    )


@pytest.mark.parametrize("number", [WRONG, RIGHT])
def test_a_third_record_of_either_number_is_found_by_its_person(
    owner: User, first: StudentRecord, number: str
) -> None:
    corrected(first)
    third = entered(make_school("10003", "丙校"), number)
    match_waiting()
    assert holder_of(third) == owner


@pytest.mark.parametrize("number", [WRONG, RIGHT])
def test_a_search_with_another_third_item_finds_a_record_of_either_number(
    owner: User, first: StudentRecord, number: str
) -> None:
    corrected(first)
    third = entered(make_school("10003", "丙校"), number, item="26110108150999")
    enter(owner).post(reverse("verification:further"), {"third_item": "26110108150999"})
    assert holder_of(third) == owner


def test_a_double_row_corrected_by_half_leaves_both_numbers_to_its_person(
    owner: User, first: StudentRecord
) -> None:
    double = entered(first.institution, item="")
    match_waiting()
    corrected(first)
    third = entered(make_school("10003", "丙校"), WRONG, item="26110108150999")
    enter(owner).post(reverse("verification:further"), {"third_item": "26110108150999"})
    assert holder_of(double) == holder_of(third) == owner


def test_a_record_of_a_third_number_stays_closed(owner: User, first: StudentRecord) -> None:
    corrected(first)
    third = entered(make_school("10003", "丙校"), OTHER)
    found = claim_match(owner, Facts(NAME, "居民身份证", OTHER, ITEM))
    assert (found.outcome, holder_of(third)) == (Outcome.ALREADY_CLAIMED, None)


def test_a_dispute_over_the_number_of_one_record_can_be_decided_for_its_person(
    owner: User, first: StudentRecord
) -> None:
    corrected(first)
    third = entered(make_school("10003", "丙校"), RIGHT, item="26110108150999")
    impostor = make_account("impostor@example.org")
    StudentRecord.objects.filter(pk=third.pk).update(holder=impostor, claimed_at=timezone.now())
    enter(owner).post(reverse("verification:further"), {"third_item": "26110108150999"})
    desk = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=desk, institution=third.institution)
    enter(owner).post(
        reverse("verification:dispute"), {"words": "是我的", "institution": third.institution_id}
    )
    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    Dispute.objects.update(object_until=timezone.now())
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(desk).post(page, {"decision": "claimant", "reason": "核对了证件原件。"})
    assert holder_of(third) == owner


def test_half_a_double_row_is_not_corrected_while_both_rows_are_in_dispute(
    owner: User, first: StudentRecord
) -> None:
    """The dispute would follow one row, and the other would stay frozen for ever."""
    double = entered(first.institution, item="")
    match_waiting()
    StudentRecord.objects.filter(pk__in=[first.pk, double.pk]).update(frozen_at=timezone.now())
    with pytest.raises(NotCorrectableError, match="异议"):
        corrected(first)
    StudentRecord.objects.filter(pk__in=[first.pk, double.pk]).update(frozen_at=None)
    corrected(first)
    corrected(double)
    assert holder_of(first) == holder_of(double) == owner
    assert bytes(first.certificate_hash) == bytes(double.certificate_hash)
