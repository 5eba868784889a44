"""Two acts lock the same rows: in one order, so that the database has to end neither."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.password_state import lock_account
from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.classes import remove_class
from enrollment.models import SchoolClass, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import (
    AlreadyAskedError,
    ProvinceAnswer,
    correct_record,
)
from enrollment.records.corrections.values import Change
from enrollment.records.unclaimed_progress import note_registered
from support.board.figures import standings
from support.board.rollup import fold_headcounts
from support.models import Cause, Report
from support.reports.correcting import accept_correction, enter_result
from support.reports.services import Statement, open_report
from tests.people import make_account, make_record, sample_number
from tests.races.meanwhile import meanwhile
from tests.verification.disputes.sides import state
from verification import disputes
from verification.disputes.claim_objections import object_to_claim, settle_objection
from verification.facts import Facts
from verification.models import ClaimAlert, Decision, Dispute, DisputeState

pytestmark = pytest.mark.django_db(transaction=True)
WANG = ("王明", sample_number(31))


@pytest.fixture
def registrar() -> User:
    return make_account("desk@example.org", roles=(Role.REGISTRAR,))


@pytest.fixture
def record() -> StudentRecord:
    return make_record(name=WANG[0], number=WANG[1])


@pytest.fixture
def holder(record: StudentRecord) -> User:
    """Who holds the record."""
    account = make_account("wang@example.org")
    state(account, *WANG, record.candidate_number)
    return account


@pytest.fixture
def dispute(holder: User, record: StudentRecord) -> Dispute:
    claimant = make_account("true.wang@example.org")
    state(claimant, *WANG, record.candidate_number)
    facts = Facts(WANG[0], "居民身份证", WANG[1], record.candidate_number)
    return disputes.open_dispute(account=claimant, facts=facts, statement=disputes.Statement("x"))


def look_into(dispute: Dispute, by: User) -> None:
    disputes.look_into(dispute)


def decide(dispute: Dispute, by: User) -> None:
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=by)


@pytest.mark.parametrize("act", [look_into, decide])
def test_a_dispute_is_handled_while_an_account_of_it_is_erased(
    act: Callable[[Dispute, User], None], dispute: Dispute, registrar: User
) -> None:
    if act is decide:
        disputes.look_into(dispute)
        Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
        dispute.refresh_from_db()

    def erase() -> None:
        User.objects.select_for_update().get(pk=dispute.claimant_id)
        User.objects.select_for_update().get(held_records__institution__code="19998")

    def let_go() -> None:
        list(Dispute.objects.select_for_update())

    meanwhile(erase, lambda: act(dispute, registrar), let_go)


def test_an_objection_is_made_and_settled_while_the_account_is_erased(
    holder: User, record: StudentRecord, registrar: User
) -> None:
    code = record.institution.code
    alert = ClaimAlert.objects.create(account=holder, record=record, institution_code=code)

    def erase() -> None:
        User.objects.select_for_update().get(pk=holder.pk)

    def let_go() -> None:
        StudentRecord.objects.filter(holder=holder).update(frozen_at=None)

    meanwhile(erase, lambda: object_to_claim(alert), let_go)
    ClaimAlert.objects.update(objected_at=timezone.now())
    meanwhile(
        erase,
        lambda: settle_objection(alert=alert, taken_back=True, reason="x", by=registrar),
        let_go,
    )


def test_a_record_is_corrected_into_another_persons_while_its_holder_claims_more(
    holder: User, record: StudentRecord, registrar: User
) -> None:
    change = Change("certificate_number", sample_number(77, born="19990101"), "", None)

    def claim_more() -> None:
        list(StudentRecord.objects.select_for_update().filter(holder=holder))

    meanwhile(
        lambda: lock_account(holder.pk),
        lambda: correct_record(record=record, change=change, by=registrar),
        claim_more,
    )


@pytest.fixture
def report(holder: User, record: StudentRecord) -> Report:
    record.refresh_from_db()
    return open_report(
        account=holder, cause=Cause.OTHER, statement=Statement("学院错了"), record=record
    )


@pytest.mark.parametrize("is_submitted", [True, False])
def test_a_report_is_met_by_a_correction_while_its_account_is_erased(
    is_submitted: bool, holder: User, record: StudentRecord, report: Report, registrar: User
) -> None:
    asked = Change("name", "王䶮")
    made = correct_record(record=record, change=asked, by=registrar, report=report.key)

    def correct() -> None:
        if is_submitted:
            enter_result(correction=made, answer=ProvinceAnswer(True, localdate()), by=registrar)
        else:
            change = Change("college", "软件学院")
            accept_correction(report=report, change=change, words="", by=registrar)

    meanwhile(
        lambda: lock_account(holder.pk),
        correct,
        lambda: Report.objects.update(changed_at=timezone.now()),
    )
    assert Report.objects.get().state == "answered"


def test_the_province_is_asked_again_while_its_answer_is_entered(
    holder: User, record: StudentRecord, report: Report, registrar: User
) -> None:
    asked = Change("name", "王䶮")
    made = correct_record(record=record, change=asked, by=registrar, report=report.key)

    def ask_again() -> None:
        with suppress(AlreadyAskedError):
            accept_correction(report=report, change=asked, words="", by=registrar)

    meanwhile(
        lambda: lock_account(holder.pk),
        lambda: enter_result(
            correction=made, answer=ProvinceAnswer(True, localdate()), by=registrar
        ),
        ask_again,
    )
    assert StudentRecord.objects.get().name == "王䶮"


def test_a_report_is_met_by_a_correction_while_its_class_is_merged(
    record: StudentRecord, report: Report, registrar: User
) -> None:
    merged = record.school_class
    assert merged is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")
    change = Change("college", "软件学院")
    meanwhile(
        lambda: Report.objects.select_for_update().get(),
        lambda: merge_class(school_class=merged, into=into, by=registrar),
        lambda: accept_correction(report=report, change=change, words="", by=registrar),
    )
    record.refresh_from_db()
    assert (record.school_class, record.college) == (into, "软件学院")


def test_many_reports_are_answered_while_their_class_is_merged(
    record: StudentRecord, report: Report, registrar: User
) -> None:
    merged, other = record.school_class, make_account("li@example.org")
    assert merged is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")
    second = open_report(
        account=other, cause=Cause.OTHER, statement=Statement("x", name="李"),
        institution=record.institution, class_code=merged.code,
    )  # fmt: skip
    Report.objects.filter(pk=report.pk).update(changed_at=timezone.now())  # moved to the end

    def lock(one: Report) -> None:
        Report.objects.select_for_update().get(pk=one.pk)

    meanwhile(
        lambda: lock(report),
        lambda: merge_class(school_class=merged, into=into, by=registrar),
        lambda: lock(second),
    )
    assert set(Report.objects.values_list("school_class", flat=True)) == {into.pk}


def test_a_number_is_corrected_while_its_dispute_is_withdrawn(
    dispute: Dispute, record: StudentRecord, registrar: User
) -> None:
    disputes.look_into(dispute)
    approval = Approval("学〔2026〕7号", timezone.localdate())
    change = Change("certificate_number", sample_number(32), approval=approval)

    def withdraw() -> None:
        Dispute.objects.filter(pk=dispute.pk).update(state=DisputeState.WITHDRAWN)

    def thaw() -> None:
        StudentRecord.objects.filter(pk=record.pk).update(frozen_at=None)

    meanwhile(withdraw, lambda: correct_record(record=record, change=change, by=registrar), thaw)
    record.refresh_from_db()
    dispute.refresh_from_db()
    assert bytes(dispute.certificate_hash) == bytes(record.certificate_hash)


def test_progress_of_many_records_is_stored_in_the_order_of_their_keys() -> None:
    phone = "+8613912345678"
    first, second = (
        make_record(
            name="李晓雨",
            number=sample_number(n),
            phone=phone,
            student_number=str(n),
            candidate_number=str(n),
        )
        for n in (1, 2)
    )
    StudentRecord.objects.filter(pk=first.pk).update(student_number="3")  # moved to the end

    def lock(record: StudentRecord) -> None:
        StudentRecord.objects.select_for_update().get(pk=record.pk)

    meanwhile(lambda: lock(first), lambda: note_registered(phone=phone), lambda: lock(second))
    assert set(StudentRecord.objects.values_list("progress", flat=True)) == {"unverified"}


def test_figures_are_folded_while_their_class_is_merged(
    record: StudentRecord, registrar: User
) -> None:
    merged = record.school_class
    assert merged is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")
    meanwhile(fold_headcounts, lambda: merge_class(school_class=merged, into=into, by=registrar))
    fold_headcounts()
    assert standings([into])[0][1].total == 1


def test_figures_are_folded_while_their_class_is_deleted(
    record: StudentRecord, registrar: User
) -> None:
    left = record.school_class
    assert left is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")
    StudentRecord.objects.update(school_class=into)
    meanwhile(fold_headcounts, lambda: remove_class(school_class=left, by=registrar))
    assert not SchoolClass.objects.filter(pk=left.pk).exists()
    assert standings([into])[0][1].total == 1
