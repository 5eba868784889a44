"""A student is moved to another class: its counselor has the open reports from then on."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, ImportBatch, SchoolClass, StudentRecord
from enrollment.signals import batch_published
from support.models import Report, ReportState
from support.reports import services
from support.reports.classes import follow_records
from support.reports.desk.services import ask_back, hand_on, merge_reports
from tests.people import make_account, make_school
from tests.support.conftest import Enter
from tests.support.desk.lists import QUEUE, report_of
from xuejiportal.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def celery_at_once() -> Iterator[None]:
    """Tasks run where they are called."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def new_class() -> SchoolClass:
    """Another class of the school."""
    return SchoolClass.objects.create(institution=make_school(), code="法学 2301")


@pytest.fixture
def new_counselor(new_class: SchoolClass) -> User:
    """The counselor of the other class."""
    user = make_account("new@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=user, school_class=new_class)
    return user


def move(report: Report, to: SchoolClass | None) -> None:
    """The record of the report is in another class."""
    StudentRecord.objects.filter(problem_reports=report).update(school_class=to)


def test_an_open_report_leaves_the_old_counselor_and_reaches_the_new_one(
    report: Report,
    counselor: User,
    new_counselor: User,
    new_class: SchoolClass,
    enter: Enter,
    celery_at_once: None,
) -> None:
    old, new = enter(counselor), enter(new_counselor)
    page = reverse("support:queue_report", args=[report.key])
    assert page in old.get(QUEUE).content.decode()
    move(report, new_class)
    batch_published.send_robust(sender=ImportBatch, batch_id=1)
    assert page not in old.get(QUEUE).content.decode()
    assert old.get(page).status_code == 404
    assert old.post(page, {"act": "answer", "words": "好"}).status_code == 404
    assert page in new.get(QUEUE).content.decode()
    assert new.get(page).status_code == 200


def test_a_report_of_who_is_in_no_class_any_more_waits_for_the_registrar(
    report: Report, counselor: User, school_registrar: User, new_class: SchoolClass, enter: Enter
) -> None:
    page = reverse("support:queue_report", args=[report.key])
    move(report, None)
    assert follow_records() == 1
    assert page in enter(school_registrar).get(QUEUE).content.decode()
    assert enter(counselor).get(page).status_code == 404
    move(report, new_class)
    assert follow_records() == 1
    report.refresh_from_db()
    assert report.school_class == new_class


@pytest.mark.parametrize("is_settled", [True, False])
def test_what_is_settled_or_at_home_stays_where_it_is(
    is_settled: bool, report: Report, counselor: User, new_class: SchoolClass
) -> None:
    before = report.school_class
    if is_settled:
        Report.objects.update(state=ReportState.ANSWERED)
        move(report, new_class)
    assert follow_records() == 0
    report.refresh_from_db()
    assert report.school_class == before


@pytest.mark.parametrize("is_oldest", [True, False])
def test_merged_reports_of_two_classes_are_separate_again(
    is_oldest: bool, counselor: User, new_class: SchoolClass
) -> None:
    reports = [report_of(200), report_of(201), report_of(202)]
    merge_reports(reports=Report.objects.all(), by=counselor)
    move(reports[0 if is_oldest else 2], new_class)
    assert follow_records() == 1
    together = Report.objects.exclude(merged_into=None).count()
    assert together == (0 if is_oldest else 1)


@pytest.mark.parametrize("is_handed_on", [True, False])
def test_a_reply_to_the_old_counselor_goes_to_the_new_one_unless_the_registrar_has_it(
    is_handed_on: bool, report: Report, counselor: User, new_counselor: User, new_class: SchoolClass
) -> None:
    mine = Report.objects.filter(pk=report.pk)
    if is_handed_on:
        hand_on(reports=mine, words="", by=counselor)
    ask_back(reports=mine, words="哪个字？", by=counselor)
    move(report, new_class)
    follow_records()
    report.refresh_from_db()
    services.reply(report=report, words="第二个字")
    report.refresh_from_db()
    assert report.state == ("with_registrar" if is_handed_on else "open")


def test_a_reply_to_a_dismissed_counselor_goes_to_the_next_one(
    report: Report, counselor: User
) -> None:
    ask_back(reports=Report.objects.filter(pk=report.pk), words="哪个字？", by=counselor)
    ClassCounselor.objects.all().delete()
    report.refresh_from_db()
    services.reply(report=report, words="第二个字")
    report.refresh_from_db()
    assert report.state == "open"
