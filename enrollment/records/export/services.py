"""Export of filtered records, with certificate numbers masked.

Rows are read through a server-side cursor, so memory use does not grow with their number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.fields.catalogue import BY_NAME, Field, ordered
from enrollment.identity.number import mask_number
from enrollment.models import Institution, StudentRecord
from enrollment.progress import Progress
from enrollment.records.sealed import certificate_number

CHUNK = 2000
PLAIN = ordered(lambda field: field.exported)


@dataclass(frozen=True)
class Wanted:
    """Which records to export; "" and None match any.

    ``checked`` selects records that are confirmed (True) or not (False).
    """

    class_code: str = ""
    entry_year: int | None = None
    level: str = ""
    status: str = ""
    checked: bool | None = None


def wanted_records(school: Institution, wanted: Wanted) -> QuerySet[StudentRecord]:
    """The records of ``school`` that match, ordered by class and student number."""
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


def titles() -> list[str]:
    """The column titles, in the reader's language."""
    labels = [str(field.label) for field in PLAIN]
    return [*labels, str(BY_NAME["certificate_number"].label), _("Checking")]


def rows(records: QuerySet[StudentRecord]) -> Iterator[list[str]]:
    """``records`` row by row, in the column order of ``titles``."""
    for record in records.iterator(chunk_size=CHUNK):
        cells = [_text(field, record) for field in PLAIN]
        cells.append(mask_number(certificate_number(record)))
        cells.append(str(Progress(record.progress).label))
        yield cells


def _text(field: Field, record: StudentRecord) -> str:
    if field.name == "gender":
        return str(record.get_gender_display())
    value = field.read(record)
    return "" if value is None else str(value)
