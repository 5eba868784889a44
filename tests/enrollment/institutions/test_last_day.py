"""Deputies: counselors with a last day, whose office ends by itself."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.institutions.appointments.services import VALID_FOR, accept
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.tasks import withdraw_ended_counselors
from enrollment.models import (
    Appointment,
    ClassCounselor,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from enrollment.offices import counselors_of
from enrollment.queries import records_visible_to
from support.models import Report
from support.reports.desk.queue import queue_of
from support.reports.desk.services import ask_back
from support.reports.services import reply
from tests.outbox import Outbox
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
DAY = timedelta(days=1)
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''refused''; END'
"""
REFUSE_ONE = """
CREATE TRIGGER refuse BEFORE DELETE ON enrollment_classcounselor
    FOR EACH ROW WHEN (OLD.user_id = {user}) EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar's browser."""
    return enter(desk_registrar)


@pytest.fixture
def school_class(wang_record: StudentRecord) -> SchoolClass:
    """王明's class."""
    assert wang_record.school_class is not None
    return wang_record.school_class


@pytest.fixture
def deputy(school_class: SchoolClass) -> User:
    """The counselor of 王明's class up to today."""
    account = make_account("deputy@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=account, school_class=school_class, last_day=TODAY())
    return account


def end_yesterday(deputy: User) -> None:
    """Let the last day pass."""
    ClassCounselor.objects.filter(user=deputy).update(last_day=TODAY() - DAY)


def test_a_deputy_sees_the_class_up_to_the_last_day(
    deputy: User, school_class: SchoolClass, wang_record: StudentRecord
) -> None:
    assert list(records_visible_to(deputy)) == [wang_record]
    assert list(counselors_of([school_class.pk])) == [deputy]
    page = reverse("support:class_board", args=[school_class.pk])
    assert enter(deputy).get(page).status_code == 200


def test_a_deputy_whose_last_day_is_over_sees_nothing_and_is_told(
    deputy: User, school_class: SchoolClass, wang_problem: Report
) -> None:
    end_yesterday(deputy)
    assert not records_visible_to(deputy).exists()
    assert not counselors_of([school_class.pk]).exists()
    theirs = enter(deputy)
    for name, key in (
        ("support:class_board", school_class.pk),
        ("support:report", wang_problem.key),
    ):
        assert theirs.get(reverse(name, args=[key])).status_code == 404
    today = theirs.get(reverse("today")).content.decode()
    assert "辅导员分配已到期" in today
    assert school_class.code in today


def test_an_office_that_is_over_gives_no_set_up_code(
    deputy: User, desk: Client, school_class: SchoolClass
) -> None:
    page = reverse("registry:staff_code", args=[deputy.key])
    listed = reverse("registry:people")
    assert f'href="{page}"' in desk.get(listed).content.decode()
    assert desk.get(page).status_code == 200
    end_yesterday(deputy)
    assert f'href="{page}"' not in desk.get(listed).content.decode()
    assert desk.get(page).status_code == 404


def test_an_office_elsewhere_that_is_over_keeps_nobody_in_the_role(
    deputy: User, desk: Client
) -> None:
    elsewhere = SchoolClass.objects.create(institution=make_school("10009", "别的"), code="别班")
    office = ClassCounselor.objects.create(user=deputy, school_class=elsewhere, last_day=TODAY())
    page = reverse("registry:dismiss_counselor", args=[deputy.key])
    assert desk.post(page, {"reason": "离任"}).status_code == 302
    assert Role.COUNSELOR in User.objects.get(pk=deputy.pk).roles  # the office there is held
    ClassCounselor.objects.filter(pk=office.pk).update(last_day=TODAY() - DAY)
    desk.post(page, {"reason": "离任"})
    assert Role.COUNSELOR not in User.objects.get(pk=deputy.pk).roles


def test_a_last_day_ends_one_office_and_no_other_of_the_person_or_the_class(
    deputy: User, school_class: SchoolClass, wang_record: StudentRecord, class_counselor: User
) -> None:
    end_yesterday(deputy)
    own = SchoolClass.objects.create(institution=make_school(), code="软工2699")
    ClassCounselor.objects.create(user=deputy, school_class=own)
    theirs = enter(deputy)
    boards = [reverse("support:class_board", args=[one.pk]) for one in (own, school_class)]
    assert [theirs.get(board).status_code for board in boards] == [200, 404]
    assert not records_visible_to(deputy).exists()
    assert list(records_visible_to(class_counselor)) == [wang_record]
    assert enter(class_counselor).get(boards[1]).status_code == 200


def test_a_class_whose_deputy_is_over_counts_as_without_counselor(
    deputy: User, school_class: SchoolClass, desk: Client, desk_registrar: User,
    wang_problem: Report,
) -> None:  # fmt: skip
    Report.objects.filter(pk=wang_problem.pk).update(state="open")
    unassigned = reverse("registry:classes") + "?counselor=none"
    assert school_class.code not in desk.get(unassigned).content.decode()
    assert not queue_of(desk_registrar).exists()
    end_yesterday(deputy)
    page = desk.get(unassigned).content.decode()
    assert school_class.code in page
    assert "无人" in page
    assert list(queue_of(desk_registrar)) == [wang_problem]
    assert "已到期" in desk.get(reverse("registry:class", args=[school_class.pk])).content.decode()


def test_assigning_with_a_last_day_asks_with_it_and_grants_until_then(
    school_class: SchoolClass, desk: Client
) -> None:
    account = make_account("new@example.org")
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    past = {"login": account.email, "last_day": str(TODAY() - DAY)}
    assert "这一天已经过去" in desk.post(page, past).content.decode()
    assert not Appointment.objects.exists()
    for last_day in (TODAY() + DAY, TODAY() + 2 * DAY):
        desk.post(page, {"login": account.email, "last_day": str(last_day)})
    waiting = Appointment.objects.get()
    assert waiting.last_day == TODAY() + 2 * DAY
    theirs = enter(account)
    link = reverse("registry:appointment", args=[waiting.key])
    assert f"{waiting.last_day.day}日" in theirs.get(link).content.decode()
    theirs.post(link, {"answer": "yes"})
    assert ClassCounselor.objects.get().last_day == TODAY() + 2 * DAY


@pytest.mark.parametrize("last_day", ["", str(date(2099, 1, 31))])
def test_assigning_again_changes_the_last_day(
    last_day: str, deputy: User, school_class: SchoolClass, desk: Client
) -> None:
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    desk.post(page, {"login": deputy.email, "last_day": last_day})
    assert str(ClassCounselor.objects.get().last_day or "") == last_day
    act = AuditEntry.objects.get(action="enrollment.assign_counselor")
    assert act.detail["last_day"] == (last_day or None)


@pytest.mark.parametrize(
    ("cell", "last_day"),
    [
        ("2099年1月31日", date(2099, 1, 31)),
        ("2099/1/31", date(2099, 1, 31)),
        ("20990131", date(2099, 1, 31)),
        ("", None),
    ],
)
def test_a_file_names_the_last_day(
    cell: str, last_day: date | None, deputy: User, school_class: SchoolClass, desk: Client
) -> None:
    send(desk, f"班级,辅导员,截止日期\n{school_class.code},{deputy.email},{cell}\n")
    assert ClassCounselor.objects.get().last_day == last_day


@pytest.mark.parametrize("cell", ["2099年1月", "2020-01-31", "月底"])
def test_a_file_whose_last_day_is_no_day_to_come_changes_nothing(
    cell: str, deputy: User, school_class: SchoolClass, desk: Client
) -> None:
    page = send(desk, f"班级,辅导员,截止日期\n{school_class.code},{deputy.email},{cell}\n")
    assert "截止日期须是今天或以后的日期" in page
    assert ClassCounselor.objects.get().last_day == TODAY()


@pytest.mark.parametrize("ago", [0, 1])
@pytest.mark.parametrize("is_colleague", [True, False])
def test_a_file_without_last_days_leaves_those_that_there_are(
    ago: int, is_colleague: bool, deputy: User, school_class: SchoolClass, desk: Client
) -> None:
    if is_colleague:
        InstitutionRegistrar.objects.create(user=deputy, institution=make_school())
    ClassCounselor.objects.update(last_day=TODAY() - ago * DAY)
    send(desk, f"班级,辅导员\n{school_class.code},{deputy.email}\n")
    assert ClassCounselor.objects.get().last_day == TODAY() - ago * DAY
    assert not Appointment.objects.exists()
    assert not AuditEntry.objects.filter(action="enrollment.assign_counselor").exists()


def test_a_file_without_last_days_leaves_that_of_an_invitation(
    school_class: SchoolClass, desk: Client, outbox: Outbox
) -> None:
    send(desk, f"班级,辅导员,截止日期\n{school_class.code},new@example.org,2099-01-31\n")
    send(desk, f"班级,辅导员\n{school_class.code},new@example.org\n")
    assert Appointment.objects.get().last_day == date(2099, 1, 31)
    assert len(outbox.emails()) == 1


@pytest.mark.parametrize("login", ["deputy@example.org", "new@example.org"])
def test_of_two_rows_for_one_person_and_class_the_last_one_counts(
    login: str, deputy: User, school_class: SchoolClass, desk: Client
) -> None:
    rows = [f"{school_class.code},{login},{day}" for day in ("2099-01-31", "2099-06-30", "")]
    for last, last_day in ((2, date(2099, 6, 30)), (3, None)):
        send(desk, "\n".join(["班级,辅导员,截止日期", *rows[:last]]))
        found = Appointment if login.startswith("new") else ClassCounselor
        assert found.objects.get().last_day == last_day


def test_another_last_day_of_an_invitation_is_told_and_written_to_the_trail(
    school_class: SchoolClass, desk: Client, outbox: Outbox
) -> None:
    days = [str(TODAY() + DAY), str(TODAY() + 2 * DAY)]
    for day in (*days, days[1]):
        invite(desk, school_class, day)
    assert [letter.to for letter in outbox.emails()] == ["new@example.org"] * 2
    acts = AuditEntry.objects.filter(action="enrollment.appoint").order_by("pk")
    assert [act.detail["last_day"] for act in acts] == days
    assert {act.subject_key for act in acts} == {str(Appointment.objects.get().key)}


def test_an_invitation_that_was_left_too_long_is_sent_again(
    school_class: SchoolClass, desk: Client, outbox: Outbox
) -> None:
    invite(desk, school_class)
    Appointment.objects.update(made_at=Now() - VALID_FOR)
    theirs = enter(make_account("new@example.org"))
    link = reverse("registry:appointment", args=[Appointment.objects.get().key])
    assert theirs.get(link).status_code == 404
    invite(desk, school_class)
    assert theirs.get(link).status_code == 200
    assert len(outbox.emails()) == 2


def test_an_invitation_to_an_office_that_is_over_is_neither_shown_nor_accepted(
    school_class: SchoolClass, desk: Client
) -> None:
    account = make_account("new@example.org")
    invite(desk, school_class, str(TODAY()))
    Appointment.objects.update(last_day=TODAY() - DAY)
    theirs, waiting = enter(account), Appointment.objects.get()
    link = reverse("registry:appointment", args=[waiting.key])
    assert theirs.get(link).status_code == 404
    assert theirs.post(link, {"answer": "yes"}).status_code == 404
    assert not accept(appointment=waiting, account=account)
    assert not ClassCounselor.objects.exists()
    assert not User.objects.get(pk=account.pk).roles
    page = reverse("registry:class", args=[school_class.pk])
    assert "已到期" in desk.get(page).content.decode()
    invite(desk, school_class, str(TODAY()))
    assert "已到期" not in desk.get(page).content.decode()
    assert theirs.get(link).status_code == 200


def invite(desk: Client, school_class: SchoolClass, last_day: str = "") -> None:
    """Assign somebody who is new to the school."""
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    desk.post(page, {"login": "new@example.org", "last_day": last_day})


def send(desk: Client, text: str) -> str:
    """Upload it as a file of assignments; the text of the page that answers."""
    file = SimpleUploadedFile(Path("分配.csv").name, text.encode())
    values = {"institution": make_school().pk, "file": file}
    return desk.post(reverse("registry:assign_by_file"), values, follow=True).content.decode()


def test_an_office_is_withdrawn_a_month_after_its_last_day(deputy: User) -> None:
    ClassCounselor.objects.update(last_day=TODAY() - 30 * DAY)
    withdraw_ended_counselors()
    assert User.objects.get(pk=deputy.pk).roles == {Role.COUNSELOR}
    ClassCounselor.objects.update(last_day=TODAY() - 31 * DAY)
    withdraw_ended_counselors()
    assert not ClassCounselor.objects.exists()
    assert not User.objects.get(pk=deputy.pk).roles
    act = AuditEntry.objects.get(action="enrollment.withdraw_counselor")
    assert act.actor_id is None


def test_an_office_that_cannot_be_withdrawn_keeps_no_other(
    deputy: User, school_class: SchoolClass, class_counselor: User
) -> None:
    ClassCounselor.objects.update(last_day=TODAY() - 31 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(REFUSE)
        cursor.execute(REFUSE_ONE.format(user=deputy.pk))
    withdraw_ended_counselors()
    assert ClassCounselor.objects.get().user == deputy
    assert not User.objects.get(pk=class_counselor.pk).roles


def test_a_reply_to_a_deputy_whose_last_day_is_over_goes_to_the_counselor_of_the_class(
    deputy: User, class_counselor: User, wang_problem: Report
) -> None:
    ask_back(reports=Report.objects.all(), words="户口簿在身边吗？", by=deputy)
    end_yesterday(deputy)
    wang_problem.refresh_from_db()
    reply(report=wang_problem, words="在。")
    assert list(queue_of(class_counselor)) == [wang_problem]


def test_a_reply_to_a_deputy_whose_last_day_is_over_goes_to_the_registrar_without_counselor(
    deputy: User, desk_registrar: User, wang_problem: Report
) -> None:
    ask_back(reports=Report.objects.all(), words="户口簿在身边吗？", by=deputy)
    end_yesterday(deputy)
    wang_problem.refresh_from_db()
    reply(report=wang_problem, words="在。")
    assert list(queue_of(desk_registrar)) == [wang_problem]


def test_merging_classes_keeps_the_later_last_day(
    deputy: User, school_class: SchoolClass, desk_registrar: User
) -> None:
    other = SchoolClass.objects.create(institution=school_class.institution, code="软工2699")
    ClassCounselor.objects.create(user=deputy, school_class=other)
    merge_class(school_class=other, into=school_class, by=desk_registrar)
    assert ClassCounselor.objects.get().last_day is None
