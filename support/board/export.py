"""Workbooks of the board: the people of a class; the figures of an institution."""

from collections.abc import Iterator
from typing import BinaryIO

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrollment.files.spreadsheets import workbook
from enrollment.models import Institution, SchoolClass
from enrollment.progress import Progress
from support.board.figures import SMALL_GROUP
from support.board.people import people
from support.board.school_figures import Group, colleges_of, school_days
from support.board.trend import targets


def class_workbook(school_class: SchoolClass) -> BinaryIO:
    """Everyone on the books, who needs help first; numbers masked."""
    titles = [
        _("Name"),
        _("Student number"),
        _("Certificate number"),
        _("Mobile number"),
        pgettext("of people", "State"),
        _("Since"),
        _("Last reminded"),
        _("How reminded"),
    ]
    return workbook(titles, _rows(school_class), sheet="class")


def file_name(school_class: SchoolClass) -> str:
    """The name under which the workbook is kept: the class, what it is, the day."""
    return dated_name(school_class.code, _("Progress of the check"))


def dated_name(of: str, what: str) -> str:
    """The name of a workbook: whom it is about, what it is, the day."""
    return f"{of}-{what}-{timezone.localdate().isoformat()}.xlsx".replace("/", "-")


def figures_workbook(school: Institution) -> BinaryIO:
    """The figures of each class by college, and of who is in none; small groups folded."""
    titles = [
        _("College"),
        _("Class"),
        _("People"),
        *(str(part.label) for part in Progress),
        _("Confirmed, percent"),
    ]
    groups = [group for college in colleges_of(school) for group in college.groups]
    return workbook(titles, map(_figures, groups), sheet="classes")


def days_workbook(school: Institution) -> BinaryIO:
    """Confirmed by day since the running check began, else for two weeks.

    It counts the classes whose figures are shown, so that it tells no more than these.
    """
    titles = [_("Day"), pgettext("board", "Confirmed"), _("Confirmed, percent")]
    days = school_days(colleges_of(school), targets([school]).get(school.pk), since_start=True)
    rows = ((day.day.isoformat(), day.confirmed, day.percent) for day in days)
    return workbook(titles, rows, sheet="days")


def _figures(group: Group) -> tuple[object, ...]:
    code = group.school_class.code if group.school_class else _("No class")
    standing, named = group.standing, (group.college, code)
    if group.is_hidden:
        people = f"< {SMALL_GROUP}" if standing.is_small else _("not shown")
        return *named, people, *("" for _part in Progress), ""
    counts = (people for _part, people in standing.cells)
    return *named, standing.total, *counts, standing.percent


def _rows(school_class: SchoolClass) -> Iterator[tuple[str, ...]]:
    for person in people(school_class):
        since = date_format(localtime(person.since), "Y-m-d") if person.since else ""
        last = person.reminded
        yield (
            person.name,
            person.student_number,
            person.masked_certificate,
            person.masked_phone,
            str(person.part.label),
            since,
            last.on.isoformat() if last else "",
            last.words if last else "",
        )
