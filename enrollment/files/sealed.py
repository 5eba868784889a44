"""Store uploaded files encrypted."""

import re
import tempfile
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from enrollment.files.faults import disk_errors_as_faults
from vault.streams import is_newest, seal_file, unseal_file

_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
