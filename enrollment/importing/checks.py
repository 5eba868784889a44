"""What only the whole file shows: repeated rows, conflicts among rows and with the registry."""

from django.db import connection

from enrollment.importing.faults import Problem, RowFault
from enrollment.importing.stage import LISTED_PROBLEMS, Tally

# Each query names rows by number. Rows that repeat another word for word go first,
# so that what remains under one number differs.
_REPEATED = """
DELETE FROM "{t}" WHERE row_number IN (
    SELECT row_number FROM (
        SELECT row_number, row_number() OVER (
            PARTITION BY fingerprint ORDER BY row_number) AS nth
        FROM "{t}" WHERE fingerprint <> ''
    ) AS numbered WHERE nth > 1
) RETURNING row_number
"""
_REPEATED_SEEN = """
DELETE FROM "{t}_seen" WHERE row_number IN (
    SELECT row_number FROM (
        SELECT row_number, row_number() OVER (
            PARTITION BY record_id ORDER BY row_number) AS nth FROM "{t}_seen"
    ) AS numbered WHERE nth > 1
) RETURNING row_number
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
_SAME_CERTIFICATE = """
SELECT row_number FROM "{t}" WHERE certificate_hash IN (
    SELECT certificate_hash FROM "{t}"
    GROUP BY certificate_hash HAVING count(DISTINCT name_canonical) > 1)
"""
_SAME_PERSON = """
SELECT row_number FROM "{t}" WHERE certificate_hash IN (
    SELECT certificate_hash FROM "{t}" GROUP BY certificate_hash HAVING count(*) > 1)
"""
_REGISTRY_NAME = """
SELECT s.row_number FROM "{t}" s JOIN enrollment_studentrecord r
    ON r.certificate_hash = s.certificate_hash AND r.institution_id = %(institution)s
WHERE r.name_canonical <> s.name_canonical AND r.id IS DISTINCT FROM s.record_id
    AND NOT EXISTS (SELECT FROM "{t}" other WHERE other.record_id = r.id)
"""
_SAME_RECORD = """
SELECT row_number FROM "{t}" WHERE record_id IN (
    SELECT record_id FROM (
        SELECT record_id FROM "{t}" WHERE record_id IS NOT NULL
        UNION ALL SELECT record_id FROM "{t}_seen"
    ) AS every_row GROUP BY record_id HAVING count(*) > 1)
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


def drop_repeated(staging: str, tally: Tally) -> None:
    """Keep the first of rows that are equal word for word, with a warning for the others."""
    _note(tally, _rows(_REPEATED, staging), "", RowFault.DUPLICATE)
    _note(tally, _rows(_REPEATED_SEEN, staging), "", RowFault.DUPLICATE)


def refuse_conflicts(staging: str, tally: Tally) -> None:
    """Take every row out that contradicts another row of the file; both sides are named."""
    _refuse(_CONFLICTS, staging, tally)
    _note(tally, _rows(_SAME_PERSON, staging), "certificate_number", RowFault.SAME_PERSON)


def refuse_registry_conflicts(staging: str, tally: Tally, *, institution_id: int) -> None:
    """Take every row out that contradicts the registry; rows must be matched already."""
    _refuse(_REGISTRY_CONFLICTS, staging, tally, institution=institution_id)


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
    tally.problems.sort(key=lambda problem: problem.row)
    del tally.problems[LISTED_PROBLEMS:]
