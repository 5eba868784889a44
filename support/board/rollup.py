"""Folding what moved into the head counts, and keeping how each day ended."""

from django.conf import settings
from django.db import connection, transaction

BATCH = 50_000  # changes folded in one transaction

# What one statement takes away it adds, and the end of the day is what came of it.
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
    """Fold every change that is there; how many. Two at once take different ones."""
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"batch": BATCH, "zone": settings.TIME_ZONE})
            taken = int(cursor.fetchone()[0])
        folded += taken
        if taken < BATCH:
            return folded
