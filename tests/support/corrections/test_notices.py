"""Of a correction the holder of the record is told, and of one act only once."""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from delivery.models import OutboxMessage
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import EventKind, StudentRecord
from enrollment.records.change_notices import TOGETHER
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from enrollment.records.events import services as events
from enrollment.records.events.services import Happening
from support.models import Report
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import Enter
from tests.support.corrections.correcting import correct, settle

pytestmark = pytest.mark.django_db


def test_one_act_is_told_once(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    Notice.objects.all().delete()
    OutboxMessage.objects.all().delete()
    settle(desk, "yes")
    assert [notice.kind for notice in Notice.objects.filter(account=wang)] == ["report_corrected"]
    purposes = OutboxMessage.objects.filter(account=wang).values_list("purpose", flat=True)
    assert list(purposes) == ["notice_report_corrected"]


def test_the_holder_is_told_where_another_account_reported(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    Report.objects.update(account=make_account("former@example.org"))
    correct(enter(school_registrar), report, "college", "软件学院")
    assert Notice.objects.filter(account=wang, kind="record_corrected").exists()


def test_corrections_in_a_row_are_told_once_until_the_notice_is_read(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    told = Notice.objects.filter(account=wang, kind="record_corrected")

    def change(college: str) -> None:
        correct_record(record=wang_record, change=Change("college", college), by=school_registrar)

    change("软件学院")
    change("理学院")
    assert told.count() == 1
    told.update(read_at=timezone.now())
    change("文学院")
    assert told.count() == 2
    told.update(read_at=None, made_at=timezone.now() - 2 * TOGETHER)
    change("法学院")
    assert told.count() == 3


def told_after(between: Callable[[], object], record: StudentRecord, by: User) -> int:
    """How many new notices a correction makes that follows another one and ``between``."""
    told = Notice.objects.filter(account=record.holder, kind="record_corrected")
    correct_record(record=record, change=Change("college", "软件学院"), by=by)
    between()
    before = told.count()
    correct_record(record=record, change=Change("college", "理学院"), by=by)
    return told.count() - before


def test_a_correction_after_an_event_is_told_of_its_own(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    happening = Happening(EventKind.SUSPENSION, date(2026, 10, 8), "休学")

    def enter_event() -> None:
        event = events.enter_event(record=wang_record, happening=happening, by=school_registrar)
        wang_record.refresh_from_db()
        events.undo_event(event=event, by=school_registrar)

    assert told_after(enter_event, wang_record, school_registrar) == 1


@pytest.mark.parametrize("wrong", [[], ["name"]])
def test_a_correction_after_the_students_answer_is_told_of_its_own(
    wrong: list[str], wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    def answer() -> None:
        answer_record(record=wang_record, account=wang, asked=CHECKLIST, wrong=wrong)

    assert told_after(answer, wang_record, school_registrar) == 1


def test_a_correction_after_the_student_opened_the_record_is_told_of_its_own(
    wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    student = enter(wang)

    def follow_the_link_of_the_letter() -> None:
        assert student.get(reverse("enrollment:status")).status_code == 200

    assert told_after(follow_the_link_of_the_letter, wang_record, school_registrar) == 1


def test_a_correction_of_a_second_record_is_told_of_its_own(
    wang: User, wang_record: StudentRecord, school_registrar: User
) -> None:
    other = make_record(
        name="王明", number=sample_number(31), holder=wang, claimed_at=timezone.now(),
        school=make_school(code="19997", name="别的大学"),
    )  # fmt: skip
    told = Notice.objects.filter(account=wang, kind="record_corrected")
    for record in (other, wang_record):
        correct_record(record=record, change=Change("college", "软件学院"), by=school_registrar)
    assert told.count() == 2
    assert told_after(lambda: None, other, school_registrar) == 0
