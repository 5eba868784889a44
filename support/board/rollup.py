"""Applying head count changes to the head counts, and recording the figures of each day."""

from django.conf import settings
from django.db import connection, transaction

BATCH = 50_000  # changes applied in one transaction

# One statement deletes the changes, adds them to the head counts and stores the day's figures.
_FOLD = """
WITH taken AS (
    DELETE FROM support_headcountchange WHERE id IN (
        SELECT id FROM support_headcountchange ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
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
    """Apply all pending changes; returns how many. Parallel runs take different ones."""
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"batch": BATCH, "zone": settings.TIME_ZONE})
            taken = int(cursor.fetchone()[0])
        folded += taken
        if taken < BATCH:
            return folded
