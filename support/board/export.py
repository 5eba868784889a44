"""The people of a class as a workbook, for a counselor's own list."""

from collections.abc import Iterator
from typing import BinaryIO

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrollment.files.spreadsheets import workbook
from enrollment.models import SchoolClass
from support.board.people import people


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
    what, day = _("Progress of the check"), timezone.localdate().isoformat()
    return f"{school_class.code}-{what}-{day}.xlsx".replace("/", "-")


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
