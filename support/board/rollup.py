"""Applying head count changes to the head counts, and recording the figures of each day."""

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from enrollment.models import SchoolClass

# The days of two classes together; on a day without changes the figures of the day before apply.
_JOIN_DAYS = """
INSERT INTO support_dayheadcount (school_class_id, part, day, people)
SELECT %(into)s, d.part, d.day, sum(last.people)
FROM (SELECT DISTINCT part, day FROM support_dayheadcount WHERE school_class_id = ANY(%(both)s)) d
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (school_class_id) people FROM support_dayheadcount
    WHERE school_class_id = ANY(%(both)s) AND part = d.part AND day <= d.day
    ORDER BY school_class_id, day DESC) last
GROUP BY d.part, d.day
ON CONFLICT (school_class_id, part, day) DO UPDATE SET people = excluded.people
"""
BATCH = 50_000  # changes applied in one transaction

# The classes of the next changes, kept from being deleted. Those that are being merged or deleted
# are left for the next run: waiting for them, the database would end one of the two.
_CLASSES = """
SELECT id FROM enrollment_schoolclass WHERE id IN (
    SELECT school_class_id FROM support_headcountchange ORDER BY id LIMIT %s)
ORDER BY id FOR KEY SHARE SKIP LOCKED
"""
# One statement deletes the changes, adds them to the head counts and stores the day's figures.
_FOLD = """
WITH taken AS (
    DELETE FROM support_headcountchange WHERE id IN (
        SELECT id FROM support_headcountchange
        WHERE school_class_id IS NULL OR school_class_id = ANY(%(classes)s)
        ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
    RETURNING institution_id, school_class_id, part, people
), folded AS (
    INSERT INTO support_headcount AS h (institution_id, school_class_id, part, people)
    SELECT institution_id, school_class_id, part, sum(people) FROM taken GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (institution_id, school_class_id, part)
        DO UPDATE SET people = h.people + excluded.people
    RETURNING school_class_id, part, people
), kept AS (
    INSERT INTO support_dayheadcount (school_class_id, part, day, people)
    SELECT school_class_id, part, (now() AT TIME ZONE %(zone)s)::date, people FROM folded
    WHERE school_class_id IS NOT NULL
    ON CONFLICT (school_class_id, part, day) DO UPDATE SET people = excluded.people
)
SELECT count(*) FROM taken
"""


def fold_headcounts() -> int:
    """Apply the pending changes; returns how many. Parallel runs take different ones."""
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLASSES, [BATCH])
            classes = [pk for (pk,) in cursor.fetchall()]
            values: dict[str, Any] = {
                "batch": BATCH,
                "zone": settings.TIME_ZONE,
                "classes": classes,
            }
            cursor.execute(_FOLD, values)
            taken = int(cursor.fetchone()[0])
        folded += taken
        if taken < BATCH:
            return folded


def join_days(*, merged: SchoolClass, into: SchoolClass) -> None:
    """Add the past days of ``merged`` to those of ``into``, so that its course has no leap."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_DAYS, {"into": into.pk, "both": [merged.pk, into.pk]})
