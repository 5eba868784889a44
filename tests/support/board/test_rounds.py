"""Figures by day and by round, whatever becomes of the classes meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.models import SchoolClass
from support.board.figures import standings
from support.board.rollup import fold_headcounts
from support.board.trend import confirmed_by_day
from support.models import DayHeadcount
from tests.people import make_account

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
