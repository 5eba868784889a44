"""Locks of imports: one at a time of an institution, one worker at a time with a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from database.advisory_locks import held_lock
from enrollment.files.faults import FileFault, FileFaultError

IMPORT_LOCK = 7_263_002  # the kind; an institution's primary key is the other number

UPLOAD_LOCK = 7_263_004  # the kind; a registry file's primary key is the other number


@contextmanager
def upload_lock(batch_id: int) -> Iterator[bool]:
    """Hold the lock of one registry file; yields whether no other worker is at work on it.

    A workbook is converted before its institution is known to be free.
    """
    with held_lock(UPLOAD_LOCK, batch_id) as is_free:
        yield is_free


@contextmanager
def institution_lock(institution_id: int) -> Iterator[None]:
    """Hold the institution's import lock: one import at a time. Raises FileFaultError (busy)."""
    with held_lock(IMPORT_LOCK, institution_id) as is_free:
        if not is_free:
            raise FileFaultError(FileFault.BUSY)
        yield


def institution_is_locked(institution_id: int) -> bool:
    """Whether an import of this institution is running."""
    with held_lock(IMPORT_LOCK, institution_id) as is_free:
        return not is_free
