"""What a registrar takes away: filtered records as CSV or XLSX, masked, never a formula.

Rows are read through a cursor on the server and written one by one: a million
records need no more memory than a hundred.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import write_worksheet

import audit.services as trail
from accounts.models import User
from enrollment.identity.number import mask_number
from enrollment.importing.columns import BY_NAME
from enrollment.models import Institution, StudentRecord
from enrollment.progress import Progress
from enrollment.sealed import certificate_number

CHUNK = 2000
PLAIN = tuple(
    "student_number candidate_number name gender birth_date ethnicity major_name level study_mode "
    "entry_date college department class_code expected_leaving_date status".split()
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Wanted:
    """Which records; "" and None for any. ``checked`` tells who has confirmed."""

    class_code: str = ""
    entry_year: int | None = None
    level: str = ""
    status: str = ""
    checked: bool | None = None


def wanted_records(school: Institution, wanted: Wanted) -> QuerySet[StudentRecord]:
    """The records of ``school`` that are wanted, by class and student number."""
    found = StudentRecord.objects.filter(institution=school).select_related("school_class")
    if wanted.class_code:
        found = found.filter(school_class__code=wanted.class_code)
    if wanted.entry_year is not None:
        found = found.filter(entry_date__year=wanted.entry_year)
    if wanted.level:
        found = found.filter(level=wanted.level)
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.checked is not None:
        confirmed = {"progress": Progress.CONFIRMED}
        found = found.filter(**confirmed) if wanted.checked else found.exclude(**confirmed)
    return found.order_by("school_class__code", "student_number", "pk")


def note_export(*, school: Institution, by: User, reason: str, kind: str, rows: int) -> None:
    """Write into the trail that records were taken away, how many and why."""
    trail.record(
        action="enrollment.export_records",
        actor_id=by.pk,
        subject_type="institution",
        subject_key=school.code,
        institution_code=school.code,
        reason=reason,
        detail={"kind": kind, "rows": rows},
    )


def csv_lines(records: QuerySet[StudentRecord]) -> Iterator[str]:
    """The file line by line; a mark at its beginning tells Excel that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_titles())
    for row in _rows(records):
        yield writer.writerow(row)


def xlsx_file(records: QuerySet[StudentRecord]) -> BinaryIO:
    """A workbook without a name on the disk: gone once it is closed."""
    titles = _titles()
    empty = [dict.fromkeys(titles, "")]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "records.xlsx"
        rows = (dict(zip(titles, row, strict=True)) for row in _rows(records))
        write_worksheet(rows if records.exists() else empty, str(path), sheet_name="records")
        return cast("BinaryIO", path.open("rb"))


def plain_cell(text: str) -> str:
    """``text`` so that no program takes it for a formula (SECURITY T16)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _titles() -> list[str]:
    labels = [str(BY_NAME[name].label) for name in PLAIN]
    return [*labels, str(BY_NAME["certificate_number"].label), _("Checking")]


def _rows(records: QuerySet[StudentRecord]) -> Iterator[list[str]]:
    for record in records.iterator(chunk_size=CHUNK):
        cells = [_READ.get(name, _attribute(name))(record) for name in PLAIN]
        cells.append(mask_number(certificate_number(record)))
        cells.append(str(Progress(record.progress).label))
        yield [plain_cell(cell) for cell in cells]


def _attribute(name: str) -> Callable[[StudentRecord], str]:
    def read(record: StudentRecord) -> str:
        value = getattr(record, name)
        return "" if value is None else str(value)

    return read


_READ: dict[str, Callable[[StudentRecord], str]] = {
    "gender": lambda record: str(record.get_gender_display()),
    "class_code": lambda record: record.school_class.code if record.school_class else "",
}


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """``text`` itself."""
        return text
