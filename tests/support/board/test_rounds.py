"""Figures by day and by round, whatever becomes of the classes meanwhile."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.classes import remove_class
from enrollment.models import (
    Campaign,
    FieldChange,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from support.board.figures import standings
from support.board.rollup import fold_headcounts
from support.board.school_figures import colleges_of, school_days
from support.board.trend import Target, class_targets, confirmed_by_day
from support.models import DayHeadcount
from tests.people import make_account, make_record, sample_number

pytestmark = pytest.mark.django_db


def confirmed(school_class: SchoolClass, days_ago: int, people: int) -> None:
    """So many had confirmed at the end of that day."""
    DayHeadcount.objects.create(
        school_class=school_class,
        part="confirmed",
        day=timezone.localdate() - timedelta(days=days_ago),
        people=people,
    )


def test_the_days_of_a_merged_class_stay_in_the_course_of_the_other(
    school_class: SchoolClass,
) -> None:
    other = SchoolClass.objects.create(
        institution=school_class.institution, code="计科26-01", college=school_class.college
    )
    for days_ago, people in ((20, 1), (3, 4)):
        confirmed(school_class, days_ago, people)
    for days_ago, people in ((9, 2), (3, 3), (1, 5)):
        confirmed(other, days_ago, people)
    registrar = make_account("registrar.m@example.org", roles=(Role.REGISTRAR,))
    merge_class(school_class=other, into=school_class, by=registrar)
    fold_headcounts()
    now = standings([school_class])[0][1]
    by_day = [day.confirmed for day in confirmed_by_day([school_class], now)]
    assert by_day == [1] * 4 + [3] * 6 + [7] * 2 + [9, 1]


@pytest.mark.parametrize("first", [2025, 2026])
def test_a_class_of_two_years_in_equal_parts_takes_part_in_the_round_of_the_later(
    first: int, school_class: SchoolClass
) -> None:
    StudentRecord.objects.update(entry_date=None)
    today = timezone.localdate()
    for serial, year in ((401, first), (402, 4051 - first)):
        record = make_record(name="甲", number=sample_number(serial))
        StudentRecord.objects.filter(pk=record.pk).update(entry_date=date(year, 9, 1))
    for serial in range(403, 406):
        left = make_record(name="甲", number=sample_number(serial), status="毕业")
        StudentRecord.objects.filter(pk=left.pk).update(entry_date=date(2024, 9, 1))
    for year in (2024, 2025, 2026):
        Campaign.objects.create(
            institution=school_class.institution, name=f"{year}", entry_year=year,
            starts_on=today, ends_on=today,
        )  # fmt: skip
    assert class_targets([school_class])[school_class.pk].entry_year == 2026


def test_the_days_of_a_check_that_began_long_ago_are_those_of_a_year(
    client: Client, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    registrar = make_account("registrar.f@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=school)
    client.force_login(registrar)
    Campaign.objects.create(institution=school, name="核对", starts_on=date(1, 1, 1), ends_on=today)
    answer = client.get(reverse("support:figures_export", args=[school.code, "days"]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    assert sheet.max_row == 1 + 366


@pytest.mark.parametrize(("entry_year", "counts"), [(None, True), (2026, True), (2025, False)])
def test_a_class_emptied_by_moving_stays_in_the_course_until_that_day(
    entry_year: int | None, counts: bool, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    StudentRecord.objects.update(entry_date=date(entry_year or 2026, 9, 1))
    left = SchoolClass.objects.create(institution=school, code="计科26-01")
    for days_ago, people in ((5, 6), (2, 0)):
        confirmed(left, days_ago, people)
    for serial in range(401, 404):
        moved = make_record(name="甲", number=sample_number(serial))
        StudentRecord.objects.filter(pk=moved.pk).update(entry_date=date(2026, 9, 1))
        FieldChange.objects.create(
            record=moved, field="class_code", old=left.code, new=school_class.code, version=2
        )
    target = Target("核对", today, today, 0, entry_year)
    by_day = [day.confirmed for day in school_days(colleges_of(school), target)]
    assert by_day == [0] * 8 + [6 * counts] * 3 + [0] * 2 + [1]


def test_a_class_that_has_left_school_is_not_counted_in_the_course(
    school_class: SchoolClass,
) -> None:
    left = SchoolClass.objects.create(institution=school_class.institution, code="计科22-01")
    confirmed(left, 5, 6)
    graduate = make_record(name="甲", number=sample_number(401), status="毕业")
    StudentRecord.objects.filter(pk=graduate.pk).update(school_class=left)
    days = school_days(colleges_of(school_class.institution), None)
    assert [day.confirmed for day in days] == [0] * 13 + [1]


def test_the_days_of_a_removed_class_go_where_most_of_its_people_went(
    school_class: SchoolClass,
) -> None:
    school = school_class.institution
    other, left = (SchoolClass.objects.create(institution=school, code=code) for code in "乙丙")
    for serial, place in ((401, school_class), (402, school_class), (403, other)):
        moved = make_record(name="甲", number=sample_number(serial))
        StudentRecord.objects.filter(pk=moved.pk).update(school_class=place)
        FieldChange.objects.create(record=moved, field="class_code", old="丙", version=2)
    confirmed(left, 5, 6)
    confirmed(left, 2, 0)
    remove_class(school_class=left, by=make_account("r.m@example.org", roles=(Role.REGISTRAR,)))
    now = standings([school_class])[0][1]
    by_day = [day.confirmed for day in confirmed_by_day([school_class], now)]
    assert by_day == [0] * 8 + [6] * 3 + [0] * 2 + [1]
    assert not DayHeadcount.objects.filter(school_class=other).exists()
