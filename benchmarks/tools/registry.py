"""A registry of any size, written by the database itself: institutions, classes, records."""

import time

from benchmarks.tools.harness import tell

SCHOOLS = 20
CLASS_SIZE = 50

_CLASSES = """
    INSERT INTO enrollment_schoolclass (institution_id, code, college, department)
    SELECT i.id, 'C' || n, 'College ' || n %% 20, '' FROM enrollment_institution i,
        generate_series(0, %s - 1) n
"""
_RECORDS = """
    INSERT INTO enrollment_studentrecord (key, institution_id, school_class_id, candidate_number,
        student_number, name, name_canonical, gender, certificate_type, certificate_sealed,
        certificate_hash, ethnicity, political_status, major_code, major_name, level,
        education_type, study_mode, entry_date, college, department, status, version,
        fingerprint, created_at, updated_at)
    SELECT gen_random_uuid(), c.institution_id, c.id, c.id || '-' || n, 'S' || c.id || '-' || n,
        chr(19968 + ((c.id * 7 + n) %% 3000)::int) || chr(19968 + n * 31), '', 1, '居民身份证', '',
        decode(md5(c.id || '/' || n), 'hex'), '', '', '', '', '本科', '', '', '2026-09-01',
        c.college, '', '注册学籍', 1, '', now(), now()
    FROM enrollment_schoolclass c, generate_series(1, %s) n
"""


def fill_registry(students: int) -> int:
    """Write about ``students`` records of twenty institutions of equal size; their number.

    An institution has a class of fifty at least.
    """
    from django.db import connection

    from enrollment.models import Institution

    Institution.objects.bulk_create(
        Institution(code=f"{number:05}", name=f"School {number}") for number in range(SCHOOLS)
    )
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_CLASSES, [max(1, students // SCHOOLS // CLASS_SIZE)])
        cursor.execute(_RECORDS, [CLASS_SIZE])
        cursor.execute("UPDATE enrollment_studentrecord SET name_canonical = name")
        cursor.execute("SELECT count(*) FROM enrollment_studentrecord")
        records: int = cursor.fetchone()[0]
    tell(f"{records:,} students, filled in {time.monotonic() - start:.0f} s")
    return records
