"""A report of a former holder acts on the record, or is read as that of its new person."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, Correction, SchoolClass, StudentRecord
from enrollment.queries import of_present_person
from enrollment.records.corrections.values import Change, NotCorrectableError
from enrollment.records.release import release_records
from support.models import Cause, Report
from support.reports.classes import follow_records
from support.reports.correcting import accept_correction
from support.reports.services import Statement, TooLateError, open_report
from tests.people import enter, make_account

pytestmark = pytest.mark.django_db
NEW_NAME, MAJOR = "外来人", "数学与应用数学"


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar of the school, signed in a moment ago."""
    return enter(desk_registrar)


@pytest.fixture
def asked(wang: User, wang_record: StudentRecord) -> Report:
    """王明 asks for another major."""
    statement = Statement(words="我转到数学专业了", correct=MAJOR)
    return open_report(account=wang, cause=Cause.MAJOR, statement=statement, record=wang_record)


def give_away(record: StudentRecord, by: User) -> None:
    """A file gives the record to another person, who proves to be that."""
    with transaction.atomic():
        release_records(keys=[record.pk], by=by, cause="import:x")
        found = StudentRecord.objects.filter(pk=record.pk)
        found.update(name=NEW_NAME, name_canonical=NEW_NAME, student_number="2026000999")
    new = make_account("new@example.org")
    found.update(holder=new, claimed_at=timezone.now())


def test_a_correction_asked_for_by_the_former_holder_is_refused(
    asked: Report, wang_record: StudentRecord, desk: Client, desk_registrar: User
) -> None:
    give_away(wang_record, desk_registrar)
    page = desk.get(reverse("support:queue_report", args=[asked.key])).content.decode()
    assert "更正学籍" not in page
    assert "已归属他人" in page
    answer = desk.post(
        reverse("support:report_correct", args=[asked.key]),
        {"field": "major_name", "value": MAJOR, "document": "7", "words": ""},
    )
    assert answer.status_code == 404
    with pytest.raises(NotCorrectableError):
        accept_correction(
            report=asked, change=Change("college", "软件学院"), words="", by=desk_registrar
        )
    wang_record.refresh_from_db()
    assert (wang_record.name, wang_record.college) == (NEW_NAME, "计算机与软件学院")
    assert not Correction.objects.exists()
    asked.refresh_from_db()
    assert asked.is_live


def test_a_report_does_not_stand_under_the_new_persons_name(
    asked: Report, wang: User, wang_record: StudentRecord, desk: Client, desk_registrar: User
) -> None:
    give_away(wang_record, desk_registrar)
    queue = desk.get(reverse("support:queue"), {"state": "all"}).content.decode()
    assert "王明" in queue
    assert NEW_NAME not in queue
    page = reverse("support:queue_report", args=[asked.key])
    for name, is_found in ((NEW_NAME, False), ("王明", True)):
        found = desk.post(reverse("support:queue"), {"find": name}).content.decode()
        assert (page in found) is is_found
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "报省"})
    page = desk.get(reverse("registry:record", args=[wang_record.key])).content.decode()
    assert NEW_NAME in page
    assert asked.number not in page


def test_a_report_does_not_follow_the_record_to_the_new_persons_counselor(
    asked: Report, wang_record: StudentRecord, desk_registrar: User
) -> None:
    give_away(wang_record, desk_registrar)
    other = SchoolClass.objects.create(institution=wang_record.institution, code="另一班")
    StudentRecord.objects.filter(pk=wang_record.pk).update(school_class=other)
    stranger = make_account("counselor2@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=stranger, school_class=other)
    follow_records()
    page = reverse("support:queue_report", args=[asked.key])
    assert enter(stranger).get(page).status_code == 404


def test_a_report_sent_while_the_record_is_given_away_is_not_kept(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    """The form was open before, and its request has read who holds the record."""
    held = StudentRecord.objects.select_related("institution").get(pk=wang_record.pk)
    give_away(wang_record, desk_registrar)
    with pytest.raises(TooLateError):
        open_report(
            account=wang, cause=Cause.MAJOR, statement=Statement("我转专业了", MAJOR), record=held
        )
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_the_former_holder_did_while_a_long_file_ran_is_not_the_new_persons(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    """The transaction had begun before, and reached the record after."""

    def ask() -> None:
        try:
            open_report(
                account=wang,
                cause=Cause.MAJOR,
                statement=Statement("我转专业了", MAJOR),
                record=StudentRecord.objects.get(pk=wang_record.pk),
            )
        finally:
            connection.close()

    with transaction.atomic():
        assert User.objects.exists()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(ask).result()
        release_records(keys=[wang_record.pk], by=desk_registrar, cause="import:x")
    assert Report.objects.exists()
    assert not Report.objects.filter(of_present_person("opened_at")).exists()
