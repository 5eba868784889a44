"""Figures of problem reports: behind each number stands the list of exactly these reports."""

import html
import re
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.roles import Role
from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar, SchoolClass
from support.models import Report
from support.reports.statistics import first_day
from tests.people import make_account, make_school
from tests.support.conftest import Enter

pytestmark = pytest.mark.django_db
PAGE = reverse("support:report_statistics")
QUEUE = "/support/queue/"
A_YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def groups_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """No group is too small to be shown."""
    monkeypatch.setattr("support.board.school_figures.SMALL_GROUP", 1)


def make_report(**values: object) -> Report:
    """A report of somebody new to the school of 王明."""
    account = make_account(f"r{Report.objects.count()}@example.org")
    report = Report(**{"account": account, "institution": make_school(), "cause": "other"} | values)
    report.seal_stated(name="赵甲", registry="", correct="")
    report.save()
    return report


def numbers(desk: Client) -> list[tuple[str, int]]:
    """Each figure that leads to a list: the address and the number."""
    text = desk.get(PAGE).content.decode()
    found = re.findall(r'<a href="([^"]*queue/\?[^"]*)">(\d+)</a>', text)
    return [(html.unescape(address), int(number)) for address, number in found]


def listed(desk: Client, address: str) -> int:
    """How many reports the list has."""
    return int(desk.get(address).context["page"].paginator.count)


def test_each_figure_leads_to_exactly_the_reports_that_it_counts(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    first = make_report(opened_at=timezone.now() - timedelta(days=30))
    make_report(merged_into=first, opened_at=first.opened_at)
    make_report(state="answered", settled_at=timezone.now())
    make_report(opened_at=timezone.now() - A_YEAR + timedelta(hours=1))
    make_report(opened_at=timezone.now() - A_YEAR - timedelta(days=8), cause="photo")
    make_report(school_class=SchoolClass.objects.create(institution=make_school(), code="空"))
    desk = enter(school_registrar)
    found = numbers(desk)
    assert {address.partition("&")[2]: number for address, number in found}.items() >= {
        "cause=other": 5, "cause=other&live=yes": 4, "no_college=yes": 5, "cause=name": 1,
    }.items()  # fmt: skip
    assert [(address, listed(desk, address)) for address, _ in found] == found
    tables = desk.get(PAGE).context["tables"]
    shown = sum((row.reports > 0) + (row.live > 0) for _, _, rows in tables for row in rows)
    assert len(found) == shown


def test_a_list_behind_a_figure_leaves_out_what_its_reader_sees_as_a_counselor(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    other = Institution.objects.create(code="10009", name="明德职业技术学院")
    elsewhere = SchoolClass.objects.create(institution=other, code="护理2601", college="护理学院")
    RoleGrant.objects.create(user=school_registrar, role=Role.COUNSELOR)
    ClassCounselor.objects.create(user=school_registrar, school_class=elsewhere)
    make_report(institution=other, school_class=elsewhere, cause="name")
    desk = enter(school_registrar)
    found = numbers(desk)
    assert [(address, listed(desk, address)) for address, _ in found] == found


def test_a_list_behind_a_figure_tells_other_staff_nothing(
    report: Report, school_registrar: User, counselor: User, enter: Enter
) -> None:
    found = numbers(enter(school_registrar))
    assert found
    stranger = make_account("other@example.org", roles=(Role.REGISTRAR,))
    other = Institution.objects.create(code="10009", name="明德职业技术学院")
    InstitutionRegistrar.objects.create(user=stranger, institution=other)
    for reader in (stranger, counselor):
        desk = enter(reader)
        assert [listed(desk, address) for address, _ in found] == [0] * len(found)


def test_a_withdrawn_report_is_no_solution(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    long_ago = timezone.now() - timedelta(days=4)
    make_report(opened_at=long_ago, state="answered", settled_at=timezone.now())
    for _ in range(3):
        make_report(opened_at=long_ago, state="withdrawn", settled_at=long_ago)
    (other,) = (
        row for _, _, rows in enter(school_registrar).get(PAGE).context["tables"] for row in rows
        if row.of == "other"
    )  # fmt: skip
    assert other.reports == 4
    assert other.to_solution.days == 4


def test_weeks_begin_on_monday_also_at_new_year(
    report: Report, school_registrar: User, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.reports.desk.batch_views.first_day", lambda: date(2020, 12, 1))
    for moment in ("2020-12-27T23:59", "2020-12-28T00:00", "2021-01-03T23:59"):
        make_report(opened_at=timezone.make_aware(datetime.fromisoformat(moment)))
    desk = enter(school_registrar)
    weeks = {address[-10:]: number for address, number in numbers(desk) if "week=" in address}
    assert (weeks["2020-12-21"], weeks["2020-12-28"]) == (1, 2)


def test_the_first_week_is_a_whole_one_on_each_of_its_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = set()
    for day in range(23, 30):
        monkeypatch.setattr(timezone, "localdate", partial(date, 2026, 11, day))
        found.add(first_day())
    assert {day.weekday() for day in found} == {0}
    assert len(found) == 2


@pytest.mark.parametrize(
    "query",
    [
        "state=x&cause=x&batch=x&since=x",
        "week=2026-W99",
        "week=0001-01-01",
        "since=0001-01-01",
        "since=9999-12-31&week=9999-12-31&live=yes&no_college=yes",
        "page=100000000000000000000",
        f"page={'9' * 5000}",
        "page=-1",
    ],
)
def test_what_nobody_offers_is_answered_with_a_page(
    query: str, report: Report, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    assert desk.get(f"{QUEUE}?state=all&{query}").status_code == 200
