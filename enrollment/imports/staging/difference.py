"""How the staged rows differ from the registry of today."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection

from enrollment.fields.catalogue import FIELDS, LOCKED, SEALED
from enrollment.identity.certificates import series_sql
from enrollment.imports.staging.tables import analyze_staging

# Fields that a file states, as SQL over staging (s), record (r) and its class (c): the value
# after publication, and the present one.
COMPARED: dict[str, tuple[str, str]] = {
    **{
        field.name: (f"s.{field.name}", f"r.{field.name}")
        for field in FIELDS
        if field.is_plain and not field.from_id_number
    },
    "gender": ("COALESCE(NULLIF(s.gender, 0), r.gender)", "r.gender"),
    "birth_date": ("COALESCE(s.birth_date, r.birth_date)", "r.birth_date"),
    "class_code": ("s.class_code", "COALESCE(c.code, '')"),
    **{
        name: (f"s.{field.hash_column}", f"r.{field.hash_column}") for name, field in SEALED.items()
    },
}
# Fields whose staged column has another name.
_STAGED = {name: field.hash_column for name, field in SEALED.items()}
SOURCE = (
    '"{t}" s JOIN enrollment_studentrecord r ON r.id = s.record_id '
    "LEFT JOIN enrollment_schoolclass c ON c.id = r.school_class_id"
)

_MATCH = """
UPDATE "{t}" s SET record_id = r.id, record_version = r.version
FROM enrollment_studentrecord r
WHERE s.record_id IS NULL AND r.institution_id = %s AND """
_BY_STUDENT_NUMBER = "s.student_number <> '' AND r.student_number = s.student_number"
_BY_CANDIDATE_NUMBER = """
    s.candidate_number <> '' AND r.candidate_number = s.candidate_number
    AND EXTRACT(YEAR FROM r.entry_date) IS NOT DISTINCT FROM
        COALESCE(EXTRACT(YEAR FROM s.entry_date), EXTRACT(YEAR FROM r.entry_date))"""
# Only where no number says otherwise: one person may have several records.
_BY_CERTIFICATE = f"""
    r.certificate_hash = s.certificate_hash AND {series_sql("r")} = {series_sql("s")}
    AND (r.student_number = '' OR s.student_number = '')
    AND (r.candidate_number = '' OR s.candidate_number = '')"""


@dataclass(frozen=True)
class Difference:
    """What publishing would do: rows staged, records new, changed, unchanged, absent, fields.

    ``claimed`` counts changed records that an account holds, ``other_person``
    those of them that would go to another person; ``locked`` names the changed
    fields that need the province.
    """

    staged: int
    new: int
    changed: int
    unchanged: int
    missing: int
    claimed: int
    fields: dict[str, int]
    # Changed values that would become empty, by field.
    cleared: dict[str, int] = field(default_factory=dict)
    other_person: int = 0

    @property
    def locked(self) -> list[str]:
        """Changed fields whose change needs the province."""
        return [name for name in self.fields if name in LOCKED]


def match_records(staging: str, *, institution_id: int) -> None:
    """Find each staged row's record: by student number, candidate number, then certificate.

    A freshman comes first with a candidate number alone and gets a student
    number later; both rows must meet the same record.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{staging}"')
        unmatched = cursor.fetchone()[0]
        for condition in (_BY_STUDENT_NUMBER, _BY_CANDIDATE_NUMBER, _BY_CERTIFICATE):
            if unmatched:
                cursor.execute((_MATCH + condition).format(t=staging), [institution_id])
                unmatched -= cursor.rowcount
    analyze_staging(staging)


def keep_values(staging: str, columns: Iterable[str]) -> None:
    """Put the registry's values where cells of ``columns`` say nothing that can be used."""
    with connection.cursor() as cursor:
        for name in set(columns) & set(COMPARED):
            cursor.execute(
                f'UPDATE "{staging}" s SET {_STAGED.get(name, name)} = {COMPARED[name][1]}'
                " FROM enrollment_studentrecord r"
                " LEFT JOIN enrollment_schoolclass c ON c.id = r.school_class_id"
                " WHERE r.id = s.record_id AND %s = ANY(s.kept)",
                [name],
            )


def compare(
    staging: str, columns: Iterable[str], *, institution_id: int, registry_is_empty: bool
) -> Difference:
    """Mark every staged row new, changed or same, and count."""
    if registry_is_empty:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{staging}"')
            staged = cursor.fetchone()[0]
            return Difference(staged, staged, 0, 0, 0, 0, {})
    names = [name for name in COMPARED if name in set(columns)]
    _mark(staging, names)
    new, changed, same, seen = _counts(staging)
    fields, claimed = _by_field(staging, names)
    cleared = _cleared(staging, [name for name in names if name in fields])
    missing = count_missing(staging, institution_id=institution_id)
    return Difference(
        new + changed + same, new, changed, same + seen, missing, claimed, fields, cleared
    )


def compare_changed(staging: str, names: list[str], *, but: str) -> tuple[dict[str, int], int, int]:
    """Mark the staged rows again; changed records by field, how many are held, and how many.

    Rows for which the SQL ``but`` is true count as unchanged.
    """
    _mark(staging, names, but=but)
    return *_by_field(staging, names), _counts(staging)[1]


def differs(name: str) -> str:
    """SQL that is true where the file states something else for this column."""
    future, present = COMPARED[name]
    return f"({future} IS DISTINCT FROM {present})"


def _mark(staging: str, names: list[str], *, but: str = "false") -> None:
    any_differs = " OR ".join(differs(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{staging}" s'
            f" SET action = CASE WHEN NOT ({but}) AND ({any_differs})"
            " THEN 'changed' ELSE 'same' END"
            " FROM enrollment_studentrecord r"
            " LEFT JOIN enrollment_schoolclass c ON c.id = r.school_class_id"
            " WHERE r.id = s.record_id"
        )


def _counts(staging: str) -> tuple[int, int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE record_id IS NULL),"
            f" count(*) FILTER (WHERE action = 'changed'), count(*) FILTER (WHERE action = 'same'),"
            f' (SELECT count(*) FROM "{staging}_seen") FROM "{staging}"'
        )
        new, changed, same, seen = cursor.fetchone()
    return new, changed, same, seen


def _by_field(staging: str, names: list[str]) -> tuple[dict[str, int], int]:
    sums = ", ".join(f"count(*) FILTER (WHERE {differs(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE r.holder_id IS NOT NULL), {sums}"
            f" FROM {SOURCE.format(t=staging)} WHERE s.action = 'changed'"
        )
        claimed, *counts = cursor.fetchone()
    return {name: n for name, n in zip(names, counts, strict=True) if n}, claimed


def _cleared(staging: str, names: list[str]) -> dict[str, int]:
    """How many values the file would empty, by field."""
    if not names:
        return {}
    sums = ", ".join(
        f"count(*) FILTER (WHERE {differs(name)} AND COALESCE({COMPARED[name][0]}::text, '') = '')"
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums} FROM {SOURCE.format(t=staging)} WHERE s.action = 'changed'")
        counts = cursor.fetchone()
    return {name: n for name, n in zip(names, counts, strict=True) if n}


_MISSING = """
FROM enrollment_studentrecord r WHERE r.institution_id = %s
    AND NOT EXISTS (SELECT FROM "{t}" s WHERE s.record_id = r.id)
    AND NOT EXISTS (SELECT FROM "{t}_seen" n WHERE n.record_id = r.id)
"""


def count_missing(staging: str, *, institution_id: int) -> int:
    """How many records of the institution the file does not mention."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) " + _MISSING.format(t=staging), [institution_id])
        return int(cursor.fetchone()[0])


def list_missing(
    staging: str, *, batch_id: int, institution_id: int, statuses: Collection[str]
) -> None:
    """Write down which records those are, with their versions of now; only in these states."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrollment_absentrecord (batch_id, record_id, version, status_before)"
            " SELECT %s, r.id, r.version, ''"
            + _MISSING.format(t=staging)
            + " AND r.status = ANY(%s)",
            [batch_id, institution_id, list(statuses)],
        )
