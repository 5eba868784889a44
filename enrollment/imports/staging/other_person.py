"""Rows that would give a record to another person, and columns sorted apart from the others.

A certificate number identifies a person. A file that states another one for a
record in a student's hands gives the record to another person, and so does another
name once the number was corrected: that takes a decision of its own. One wrong
digit is corrected by a correction, not by a file.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Now

from enrollment.fields.catalogue import BY_NAME
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.identity.certificates import series_sql
from enrollment.imports.staging.difference import COMPARED, SOURCE, differs
from enrollment.models import BatchState, ImportBatch

# A file may give this many held records to other people, or this share of them. More is
# no decision about single people any more, it is a mistake in the file.
MAX_PEOPLE, MAX_SHARE = 5, 0.01
# Values that pass from one record to another are a column sorted by itself when they are
# more than MAX_PEOPLE and at least this share of the column's changes.
PERMUTED_SHARE = 0.2
_PERSONAL = ("name", "certificate_number", "candidate_number", "phone")
_ROWS_NAMED = 5


def other_certificate(columns: Collection[str]) -> str:
    """SQL (staging s, record r) that is true where the file states another certificate."""
    other = differs("certificate_number")
    if "certificate_type" in columns:
        other += f" OR {series_sql('s')} <> {series_sql('r')}"
    return f"({other})"


def other_name(stated: str, held: str) -> str:
    """SQL that is true where ``stated`` renames ``held``, whose number was corrected in its hands.

    A few digits by a correction and the name by a file would make the record another
    person's, although neither does alone (``corrections.is_another_person``).
    """
    return (
        f"({stated}.name_canonical <> {held}.name_canonical AND EXISTS (SELECT FROM"
        f" enrollment_fieldchange f WHERE f.record_id = {held}.id"
        f" AND f.field = 'certificate_number' AND f.changed_at >= {held}.claimed_at))"
    )


def other_person(columns: Collection[str]) -> str:
    """SQL that is true where a changed row gives a held record to another person."""
    other = f"{other_certificate(columns)} OR {other_name('s', 'r')}"
    return f"(r.holder_id IS NOT NULL AND ({other}))"


def count_other_person(staging: str, columns: Collection[str]) -> int:
    """How many held records the staged rows give to other people, by the holders of now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {SOURCE.format(t=staging)}"
            f" WHERE s.action = 'changed' AND {other_person(columns)}"
        )
        return int(cursor.fetchone()[0])


def refuse_misaligned(staging: str, columns: Collection[str], changes: Mapping[str, int]) -> int:
    """How many held records would go to other people, if it is not the work of one column.

    ``changes`` counts the changed records by column. Raises FileFaultError
    naming the column that seems to be sorted apart.
    """
    for name in _PERSONAL:
        if changes.get(name, 0) > MAX_PEOPLE:
            _refuse_permuted(staging, name)
    if not {"certificate_number", "certificate_type", "name"} & set(changes):
        return 0
    people = count_other_person(staging, columns)
    if people > MAX_PEOPLE and people > MAX_SHARE * _count_held(staging):
        raise _misaligned(staging, "certificate_number", other_person(columns))
    return people


def refuse_many_people(batch: ImportBatch, staging: str) -> None:
    """Raise FileFaultError if the files of a day together give away what one file may not.

    Call it while the institution is locked, before the staged rows are applied.
    """
    if gives_too_many(batch, staging, batch.accepted_people):
        raise FileFaultError(FileFault.MANY_PEOPLE)


def gives_too_many(batch: ImportBatch, staging: str, people: int) -> bool:
    """Whether ``people`` are too many with those of the files published in the last day."""
    day = ImportBatch.objects.filter(
        institution=batch.institution_id,
        state=BatchState.PUBLISHED,
        published_at__gt=Now() - timedelta(days=1),
    ).exclude(pk=batch.pk)
    before = day.aggregate(people=Sum("accepted_people"))["people"] or 0
    if not before or not people or before + people <= MAX_PEOPLE:
        return False
    return before + people > MAX_SHARE * _count_held(staging)


def _refuse_permuted(staging: str, name: str) -> None:
    future, present = COMPARED[name]
    if name == "name":
        future, present = "s.name_canonical", "r.name_canonical"
    moved = f"({future} IS DISTINCT FROM {present})"
    query = (
        f"WITH moved AS (SELECT r.id, {future} AS future, {present} AS present"
        f" FROM {SOURCE.format(t=staging)} WHERE s.action = 'changed' AND {moved})"
        " SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM moved other"
        " WHERE other.present = moved.future AND other.id <> moved.id"
        " AND octet_length(other.present) > 0)) FROM moved"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        changed, permuted = cursor.fetchone()
    if permuted > MAX_PEOPLE and permuted >= PERMUTED_SHARE * changed:
        raise _misaligned(staging, name, moved)


def _count_held(staging: str) -> int:
    """Records in students' hands that the file mentions, changed or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM enrollment_studentrecord r WHERE r.holder_id IS NOT NULL AND"
            f' (EXISTS (SELECT FROM "{staging}" s WHERE s.record_id = r.id)'
            f' OR EXISTS (SELECT FROM "{staging}_seen" n WHERE n.record_id = r.id))'
        )
        return int(cursor.fetchone()[0])


def _misaligned(staging: str, name: str, condition: str) -> FileFaultError:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.row_number FROM {SOURCE.format(t=staging)}"
            f" WHERE s.action = 'changed' AND {condition} ORDER BY 1 LIMIT {_ROWS_NAMED}"
        )
        rows = ", ".join(str(number) for (number,) in cursor.fetchall())
    return FileFaultError(FileFault.MISALIGNED, f"{BY_NAME[name].title} ({rows} …)")
