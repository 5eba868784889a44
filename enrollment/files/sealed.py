"""Store uploaded files encrypted."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from database.clock import database_now
from enrollment.files.faults import disk_errors_as_faults
from vault.streams import is_newest, seal_file, unseal_file

_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A file that is younger may belong to a transaction that has not ended, or to a backup's restore.
LEFT_FOR = timedelta(days=30)
GROUP = 1000


def keep_sealed(name: str, source: BinaryIO, context: str) -> str:
    """Store a file encrypted; returns its storage name. Raises FileFaultError (disk)."""
    with disk_errors_as_faults(), tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as sealed:
        seal_file(source, sealed, context=context)
        sealed.seek(0)
        default_storage.delete(name)
        try:
            return default_storage.save(name, File(sealed))
        except OSError:
            default_storage.delete(name)  # a part may be written
            raise


def open_sealed(name: str, context: str) -> BinaryIO:
    """The decrypted content of a stored file, in an unnamed temporary file.

    Raises UnsealError, FileNotFoundError, FileFaultError (disk).
    """
    plain = tempfile.TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  the caller closes it
    with disk_errors_as_faults(), default_storage.open(name) as sealed:
        for block in unseal_file(cast("BinaryIO", sealed), context=context):
            plain.write(block)
        plain.seek(0)
    return cast("BinaryIO", plain)


def forget_left(folder: str, uploads: QuerySet[Any], before: datetime) -> int:
    """Delete the files in ``folder`` from ``before`` that none of ``uploads`` names by its key.

    A process that is killed while it stores an upload leaves its file without a row. Returns
    how many were deleted.
    """
    deleted = 0
    try:
        keys = {name for name in default_storage.listdir(folder)[0] if _KEY.fullmatch(name)}
    except FileNotFoundError:
        return 0
    known = {str(key) for key in uploads.filter(key__in=keys).values_list("key", flat=True)}
    for key in keys - known:
        for name in default_storage.listdir(f"{folder}/{key}")[1]:
            if default_storage.get_modified_time(f"{folder}/{key}/{name}") < before:
                default_storage.delete(f"{folder}/{key}/{name}")
                deleted += 1
    return deleted


def forget_unnamed(folder: str, rows: Sequence[QuerySet[Any]], *columns: str) -> int:
    """Delete the files under ``folder`` that no ``columns`` of ``rows`` name; how many.

    Their names begin with the key of the row. A process that is killed between file and row, or
    after the commit that deletes the row, leaves them; those from the last LEFT_FOR stay.
    """
    before, deleted = database_now() - LEFT_FOR, 0
    for names in _groups(folder):
        keys = list(names.values())
        found = [row.filter(key__in=keys).values_list(*columns) for row in rows]
        named = {name for row in found for columns_of_row in row for name in columns_of_row}
        for name in names.keys() - named:
            if default_storage.get_modified_time(name) < before:
                default_storage.delete(name)
                deleted += 1
    return deleted


def _groups(folder: str) -> Iterator[dict[str, str]]:
    """The files under ``folder``, name → key, in groups of GROUP."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    found = ((f"{folder}/{file}", _KEY.match(file)) for file in files)
    names = ((name, key[0]) for name, key in found if key)
    while group := dict(islice(names, GROUP)):
        yield group
    for inner in folders:
        yield from _groups(f"{folder}/{inner}")


def reseal(name: str, context: str) -> bool:
    """Re-encrypt a file in place; False when missing or encrypted with the newest key."""
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as sealed:
        if is_newest(cast("BinaryIO", sealed)):
            return False
    with open_sealed(name, context) as plain:
        keep_sealed(name, plain, context)
    return True
