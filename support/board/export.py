"""The people of a class as a workbook, for a counselor's own list."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import write_worksheet

from enrollment.models import SchoolClass
from enrollment.progress import Progress
from support.board.standing import people

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def class_workbook(school_class: SchoolClass) -> bytes:
    """Everyone on the books by part; numbers masked, no cell a formula (SECURITY T16)."""
    rows = list(_rows(school_class))
    with TemporaryDirectory() as directory:
        path = Path(directory) / "class.xlsx"
        write_worksheet(rows or [dict.fromkeys(_titles(), "")], str(path), sheet_name="class")
        return path.read_bytes()


def _titles() -> list[str]:
    return [_("Name"), _("Student number"), _("Certificate number"), _("State"), _("Since")]


def _rows(school_class: SchoolClass) -> Iterator[dict[str, str]]:
    titles = _titles()
    for part in Progress:
        for person in people(school_class, part):
            since = date_format(localtime(person.since), "Y-m-d") if person.since else ""
            cells = (person.name, person.student_number, person.masked_certificate)
            values = [*map(text_cell, cells), str(part.label), since]
            yield dict(zip(titles, values, strict=True))


def text_cell(text: str) -> str:
    """``text`` so that no program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
