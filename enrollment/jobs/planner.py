"""Settings and statistics of PostgreSQL for work on many rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# A longer pending list defers updates of the name index (GIN), which are cheaper in bulk.
_BULK = {"work_mem": "64MB", "gin_pending_list_limit": "64MB", "jit": "off"}


def analyze_if_stale(records: int) -> None:
    """ANALYZE the record table when its statistics count less than half of ``records``.

    Shortly after a large publication autovacuum has not run yet, and with old
    statistics a look-up of one number could scan a whole institution.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'enrollment_studentrecord'::regclass"
        )
        if cursor.fetchone()[0] * 2 < records:
            cursor.execute("ANALYZE enrollment_studentrecord")


@contextmanager
def bulk_settings() -> Iterator[None]:
    """Memory for comparing a million rows, without JIT compilation; reset on leaving."""
    with connection.cursor() as cursor:
        for name, value in _BULK.items():
            cursor.execute(f"SET {name} = '{value}'")
    try:
        yield
    finally:
        # A failed transaction accepts no command; its rollback resets the settings.
        if connection.is_usable():
            with connection.cursor() as cursor:
                for name in _BULK:
                    cursor.execute(f"RESET {name}")
