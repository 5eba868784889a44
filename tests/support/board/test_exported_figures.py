"""Figures of the board that are taken away as files, by class and by day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Campaign, Institution, SchoolClass, StudentRecord
from support.board.figures import institution_standings
from tests.support.board.exported_figures import figures_in, fill

pytestmark = pytest.mark.django_db

WHAT = ("classes", "days")  # kinds of figures to take away


def queries_of(desk: Client, school: Institution) -> list[int]:
    """How many queries each page and file of figures of the institution takes."""
    pages = [
        *(reverse("support:figures_export", args=[school.code, what]) for what in WHAT),
        reverse("support:school_board", args=[school.code]),
        reverse("support:college_board", args=[school.code]) + "?college=" + school.name,
    ]
    counted = []
    for page in pages:
        with CaptureQueriesContext(connection) as found:
            assert desk.get(page).status_code == 200
        counted.append(len(found))
    return counted


def test_a_registrar_exports_figures_by_class_and_by_day_of_the_check(
    desk: Client, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    Campaign.objects.create(
        institution=school, name="核对", starts_on=today - timedelta(days=20), ends_on=today
    )
    fill("计科2699", 0)
    assert figures_in(desk, school, "classes") == [
        (school_class.college, school_class.code, 7, *[1] * 7, 14),
        (school_class.college, "计科2699", *[0] * 9),
    ]
    by_day = figures_in(desk, school, "days")
    assert len(by_day) == 21
    assert by_day[-1] == (today.isoformat(), 1, 14)
    page = reverse("support:figures_export", args=[school.code, "names"])
    assert desk.get(page).status_code == 404


def test_figures_take_as_many_queries_for_many_classes_as_for_few(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    fill("计科2602", 5)
    queries_of(desk, school)
    few = queries_of(desk, school)
    for number in range(12):
        fill(f"软件{number}", 5, college=f"学院{number % 4}")
    assert queries_of(desk, school) == few


def test_people_without_a_class_are_a_row_of_the_export(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    StudentRecord.objects.filter(school_class=fill("计科2602", 6)).update(school_class=None)
    rows = figures_in(desk, school, "classes")
    assert rows[0] == (None, "未分班", 6, 6, *[0] * 7)
    ((_, whole),) = institution_standings([school])
    assert [row[2] for row in rows[1:]] == [whole.total - 6, 0]
    of_none = reverse("support:college_board", args=[school.code])
    assert "未分班" in desk.get(of_none).content.decode()


def test_nothing_is_told_by_day_where_nobody_has_a_class(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    StudentRecord.objects.update(school_class=None)
    assert figures_in(desk, school, "days") == []
    text = desk.get(reverse("support:school_board", args=[school.code])).content.decode()
    assert "没有可以按日显示的班级" in text
    assert "trend__plot" not in text


def test_the_line_counts_the_people_and_the_time_of_the_round(
    desk: Client, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    StudentRecord.objects.update(entry_date=date(2026, 9, 1))
    older = fill("计科2501", 8, year=2025)
    for year, ends_in, begun in ((2025, 30, 40), (2026, 5, 10)):
        Campaign.objects.create(
            institution=school, name=f"{year}级核对", entry_year=year,
            starts_on=today - timedelta(days=begun), ends_on=today + timedelta(days=ends_in),
        )  # fmt: skip
    by_day = figures_in(desk, school, "days")
    assert (len(by_day), by_day[-1]) == (11, (today.isoformat(), 1, 14))
    for one, name in ((older, "2025级核对"), (school_class, "2026级核对")):
        board = desk.get(reverse("support:class_board", args=[one.pk])).content.decode()
        assert name in board
