"""Something was begun rightly, and is finished after its reason has gone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.deletion.services import ask_for_deletion
from accounts.models import Rescue, RoleGrant, User
from accounts.roles import Role
from accounts.tasks import finish_rescues
from enrollment.models import StudentRecord
from enrollment.records.corrections.values import Change
from support.models import Cause, Report
from support.reports.correcting import accept_correction
from support.reports.services import Statement, TooLateError, open_report, withdraw
from tests.people import enter, make_record, make_school, sample_number
from tests.verification.disputes.sides import open_one, state
from verification import disputes
from verification.claims.retry import match_waiting
from verification.models import Decision, Dispute

pytestmark = pytest.mark.django_db
LI = ("李晓雨", sample_number(12))


@pytest.fixture
def dispute(true_wang: User, wang_record: StudentRecord) -> Dispute:
    """Another account says that 王明's record is its own; his time to object is over."""
    state(true_wang, "王明", sample_number(31), wang_record.candidate_number)
    dispute = open_one(true_wang)
    Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
    dispute.refresh_from_db()
    return dispute


def held_by(account: User) -> set[str]:
    return set(StudentRecord.objects.filter(holder=account).values_list("name", flat=True))


def deactivate(account: User) -> None:
    User.objects.filter(pk=account.pk).update(is_active=False)


def leave(account: User) -> None:
    assert ask_for_deletion(account=account)


def become_staff(account: User) -> None:
    RoleGrant.objects.create(user=account, role=Role.COUNSELOR)


CLOSED = [deactivate, leave, become_staff]


def test_who_was_verified_as_another_person_meanwhile_wins_no_dispute(
    dispute: Dispute, true_wang: User, li_record: StudentRecord, desk_registrar: User
) -> None:
    state(true_wang, *LI, li_record.candidate_number)
    decision = {"decision": "claimant", "reason": "x"}
    page = reverse("verification:decide_dispute", args=[dispute.key])
    answer = enter(desk_registrar).post(page, decision, follow=True).content.decode()
    assert "已核验为另一个人的身份" in answer
    assert held_by(true_wang) == {"李晓雨"}
    disputes.decide(dispute=dispute, decision=Decision.NEITHER, reason="x", by=desk_registrar)


@pytest.mark.parametrize("close", CLOSED)
def test_no_record_is_decided_to_an_account_that_may_hold_none(
    close: Callable[[User], None], dispute: Dispute, true_wang: User, desk_registrar: User
) -> None:
    close(true_wang)
    decision = {"decision": "claimant", "reason": "x"}
    page = reverse("verification:decide_dispute", args=[dispute.key])
    answer = enter(desk_registrar).post(page, decision, follow=True).content.decode()
    assert "不能关联学籍" in answer
    assert not held_by(true_wang)


def test_who_was_verified_as_another_person_meanwhile_gets_nothing_back(
    dispute: Dispute, wang: User, li_record: StudentRecord, desk_registrar: User
) -> None:
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    state(wang, *LI, li_record.candidate_number)
    with pytest.raises(disputes.TooLateError):
        disputes.undo_decision(dispute=dispute, by=desk_registrar)
    assert held_by(wang) == {"李晓雨"}


def test_no_import_brings_a_record_to_who_has_withdrawn_the_consent(li: User) -> None:
    make_school()
    state(li, *LI, "2611010815012")
    leave(li)
    make_record(name=LI[0], number=LI[1])
    match_waiting()
    assert not held_by(li)


@pytest.mark.parametrize("close", CLOSED)
def test_no_import_brings_a_further_record_to_an_account_that_was_closed(
    wang: User, wang_record: StudentRecord, close: Callable[[User], None]
) -> None:
    close(wang)
    make_record(
        name="王明",
        number=sample_number(31),
        student_number="9",
        candidate_number="9",
        level="硕士",
    )
    match_waiting()
    assert StudentRecord.objects.filter(holder=wang).count() == 1


def test_a_recovery_begun_for_a_student_takes_no_account_of_staff(
    opened_rescue: Rescue,
) -> None:
    account = opened_rescue.account
    assert account is not None
    RoleGrant.objects.create(user=account, role=Role.COUNSELOR)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    account.refresh_from_db()
    assert account.email == "rescued@example.org"
    assert account.has_usable_password()


def test_a_report_withdrawn_while_it_was_read_corrects_nothing(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    statement = Statement("学院错了", correct="软件学院")
    open_report(account=wang, cause=Cause.STUDY, statement=statement, record=wang_record)
    as_read = Report.objects.select_related("record__institution", "institution", "account").get()
    withdraw(report=Report.objects.get())
    change = Change("college", "软件学院", "", None)
    with pytest.raises(TooLateError):
        accept_correction(report=as_read, change=change, words="", by=desk_registrar)
    wang_record.refresh_from_db()
    assert wang_record.college == "计算机与软件学院"
    assert Report.objects.get().state == "withdrawn"
