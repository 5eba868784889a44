"""The people of a class as a workbook, for a counselor's own list."""

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from enrollment.files.spreadsheets import workbook
from enrollment.models import SchoolClass
from enrollment.progress import Progress
from support.board.people import people


def class_workbook(school_class: SchoolClass) -> BinaryIO:
    """Everyone on the books by part; numbers masked."""
    titles = [_("Name"), _("Student number"), _("Certificate number"), _("State"), _("Since")]
    return workbook(titles, _rows(school_class), sheet="class")


def _rows(school_class: SchoolClass) -> Iterator[tuple[str, ...]]:
    for part in Progress:
        for person in people(school_class, part):
            since = date_format(localtime(person.since), "Y-m-d") if person.since else ""
            shown = (person.name, person.student_number, person.masked_certificate)
            yield (*shown, str(part.label), since)
