"""The import lock of an institution: one import at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from enrollment.files.faults import FileFault, FileFaultError

_LOCK_CLASS = 7_263_002


@contextmanager
def institution_lock(institution_id: int) -> Iterator[None]:
    """Hold the institution's import lock: one import at a time. Raises FileFaultError (busy)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, institution_id])
        if not cursor.fetchone()[0]:
            raise FileFaultError(FileFault.BUSY)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, institution_id])


def institution_is_locked(institution_id: int) -> bool:
    """Whether an import of this institution is running."""
    try:
        with institution_lock(institution_id):
            return False
    except FileFaultError:
        return True
