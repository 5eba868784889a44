"""What only the whole file shows: repeated rows, conflicts among rows and with the registry."""

from django.db import connection

from enrollment.fields.faults import Problem, RowFault
from enrollment.identity.certificates import series_sql
from enrollment.imports.checking.counts import Tally

# Rows that repeat another, contradict another or mean the same person share one of these.
_SOMETHING_TWICE = """
SELECT EXISTS (SELECT FROM "{t}" WHERE student_number <> ''
               GROUP BY student_number HAVING count(*) > 1)
    OR EXISTS (SELECT FROM "{t}" WHERE candidate_number <> ''
               GROUP BY candidate_number HAVING count(*) > 1)
    OR EXISTS (SELECT FROM "{t}" GROUP BY certificate_hash HAVING count(*) > 1)
"""
# Each query names rows by number. Rows that repeat another word for word go first,
# so that what remains under one number differs.
_REPEATED = """
DELETE FROM "{t}" staged USING (
    SELECT fingerprint, min(row_number) AS first FROM "{t}"
    WHERE fingerprint <> '' GROUP BY 1 HAVING count(*) > 1
) AS repeated
WHERE staged.fingerprint = repeated.fingerprint AND staged.row_number <> repeated.first
RETURNING staged.row_number
"""
_REPEATED_SEEN = """
DELETE FROM "{t}_seen" seen USING (
    SELECT record_id, min(row_number) AS first FROM "{t}_seen" GROUP BY 1 HAVING count(*) > 1
) AS repeated
WHERE seen.record_id = repeated.record_id AND seen.row_number <> repeated.first
RETURNING seen.row_number
"""
_SAME_STUDENT_NUMBER = """
SELECT row_number FROM "{t}" WHERE student_number IN (
    SELECT student_number FROM "{t}" WHERE student_number <> ''
    GROUP BY student_number HAVING count(*) > 1)
"""
_SAME_CANDIDATE_NUMBER = """
SELECT row_number FROM "{t}" JOIN (
    SELECT candidate_number, EXTRACT(YEAR FROM entry_date) AS year FROM "{t}"
    WHERE candidate_number <> '' GROUP BY 1, 2 HAVING count(*) > 1
) AS repeated USING (candidate_number)
WHERE year IS NOT DISTINCT FROM EXTRACT(YEAR FROM entry_date)
"""
_SAME_CERTIFICATE = f"""
SELECT row_number FROM "{{t}}" s WHERE (certificate_hash, {series_sql("s")}) IN (
    SELECT certificate_hash, {series_sql("s")} FROM "{{t}}" s
    GROUP BY 1, 2 HAVING count(DISTINCT name_canonical) > 1)
"""
_SAME_PERSON = f"""
SELECT row_number FROM "{{t}}" s WHERE (certificate_hash, {series_sql("s")}) IN (
    SELECT certificate_hash, {series_sql("s")} FROM "{{t}}" s GROUP BY 1, 2 HAVING count(*) > 1)
"""
_REGISTRY_NAME = f"""
SELECT s.row_number FROM "{{t}}" s JOIN enrollment_studentrecord r
    ON r.certificate_hash = s.certificate_hash AND r.institution_id = %(institution)s
WHERE r.name_canonical <> s.name_canonical AND r.id IS DISTINCT FROM s.record_id
    AND {series_sql("r")} = {series_sql("s")}
    AND NOT EXISTS (SELECT FROM "{{t}}" other WHERE other.record_id = r.id)
"""
_SAME_RECORD = """
SELECT row_number FROM "{t}" WHERE record_id IN (
    SELECT record_id FROM "{t}" WHERE record_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    UNION ALL SELECT record_id FROM "{t}_seen" JOIN "{t}" USING (record_id))
"""
_CONFLICTS = (
    (_SAME_STUDENT_NUMBER, "student_number", RowFault.CONFLICT_STUDENT),
    (_SAME_CANDIDATE_NUMBER, "candidate_number", RowFault.CONFLICT_CANDIDATE),
    (_SAME_CERTIFICATE, "certificate_number", RowFault.CONFLICT_CERTIFICATE),
)
_REGISTRY_CONFLICTS = (
    (_SAME_RECORD, "", RowFault.CONFLICT_RECORD),
    (_REGISTRY_NAME, "certificate_number", RowFault.CONFLICT_REGISTRY),
)


def compare_rows(staging: str, tally: Tally) -> None:
    """Compare the rows of the file with each other.

    Of rows that are equal word for word the first is kept, with a warning for
    the others; rows that contradict each other are all taken out.
    """
    _note(tally, _rows(_REPEATED_SEEN, staging), "", RowFault.DUPLICATE)
    if not _something_comes_twice(staging):
        return
    _note(tally, _rows(_REPEATED, staging), "", RowFault.DUPLICATE)
    _refuse(_CONFLICTS, staging, tally)
    _note(tally, _rows(_SAME_PERSON, staging), "certificate_number", RowFault.SAME_PERSON)


def refuse_registry_conflicts(staging: str, tally: Tally, *, institution_id: int) -> None:
    """Take every row out that contradicts the registry; rows must be matched already."""
    _refuse(_REGISTRY_CONFLICTS, staging, tally, institution=institution_id)


def _something_comes_twice(staging: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SOMETHING_TWICE.format(t=staging))
        return bool(cursor.fetchone()[0])


def _refuse(
    checks: tuple[tuple[str, str, RowFault], ...], staging: str, tally: Tally, **values: int
) -> None:
    # Every check looks at all rows before any row is taken out.
    found = [(_rows(query, staging, **values), column, fault) for query, column, fault in checks]
    refused: set[int] = set()
    for rows, column, fault in found:
        _note(tally, rows, column, fault)
        refused.update(rows)
    if refused:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{staging}" WHERE row_number = ANY(%s)', [list(refused)])
    tally.faulty += len(refused)


def _rows(query: str, staging: str, **values: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(t=staging), values or None)
        return sorted({row[0] for row in cursor.fetchall()})


def _note(tally: Tally, rows: list[int], column: str, fault: RowFault) -> None:
    for row in rows:
        tally.note(Problem(row, column, fault))
