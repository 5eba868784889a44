"""Workbooks of the board: the people of a class; the figures of an institution."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrollment.files.spreadsheets import workbook
from enrollment.models import Institution, SchoolClass
from enrollment.progress import Progress
from support.board.figures import SMALL_GROUP, in_classes, standings
from support.board.people import people
from support.board.trend import confirmed_by_day, targets


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
    """The figures of each class by college; of fewer than five people no details: two queries."""
    titles = [
        _("College"),
        _("Class"),
        _("People"),
        *(str(part.label) for part in Progress),
        _("Confirmed, percent"),
    ]
    classes = school.classes.order_by("college", "code")
    return workbook(titles, _figures(classes), sheet="classes")


def days_workbook(school: Institution) -> BinaryIO:
    """Confirmed by day since the running check began, else for two weeks: four queries."""
    total, target = in_classes(school), targets([school]).get(school.pk)
    days = (
        []
        if total.is_small
        else confirmed_by_day(school.classes.all(), total, target.starts_on if target else None)
    )
    titles = [_("Day"), pgettext("board", "Confirmed"), _("Confirmed, percent")]
    rows = ((day.day.isoformat(), day.confirmed, day.percent) for day in days)
    return workbook(titles, rows, sheet="days")


def _figures(classes: Iterable[SchoolClass]) -> Iterator[tuple[object, ...]]:
    for school_class, standing in standings(classes):
        named = (school_class.college, school_class.code)
        if standing.is_small:
            yield *named, f"< {SMALL_GROUP}", *("" for _part in Progress), ""
        else:
            counts = (people for _part, people in standing.cells)
            yield *named, standing.total, *counts, standing.percent


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
