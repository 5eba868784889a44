"""Settings and statistics of PostgreSQL for work on many rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Names may wait longer before they are sorted into their index, which costs less in bulk.
_ROOMY = {"work_mem": "64MB", "gin_pending_list_limit": "64MB", "jit": "off"}


def analyze_if_stale(records: int) -> None:
    """Let the planner look at the registry again when it knows less than half of ``records``.

    So soon after a large publication the server has not looked by itself, and
    the search for a single number could walk through a whole institution.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'enrollment_studentrecord'::regclass"
        )
        if cursor.fetchone()[0] * 2 < records:
            cursor.execute("ANALYZE enrollment_studentrecord")


@contextmanager
def bulk_settings() -> Iterator[None]:
    """Let the server compare a million rows in memory, and lose no time on compiling."""
    with connection.cursor() as cursor:
        for name, value in _ROOMY.items():
            cursor.execute(f"SET {name} = '{value}'")
    try:
        yield
    finally:
        # In a transaction that has failed nothing can be said; it takes the settings back itself.
        if connection.is_usable():
            with connection.cursor() as cursor:
                for name in _ROOMY:
                    cursor.execute(f"RESET {name}")
