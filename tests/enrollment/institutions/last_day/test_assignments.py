"""A counselor is assigned up to a last day, in the browser, by a file or by an invitation."""

from datetime import date

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from enrollment.institutions.appointments.services import VALID_FOR, accept
from enrollment.models import Appointment, ClassCounselor, InstitutionRegistrar, SchoolClass
from tests.enrollment.institutions.last_day.deputies import DAY, TODAY, invite, send
from tests.outbox import Outbox
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db


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
