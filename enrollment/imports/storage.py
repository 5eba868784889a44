"""The files of an import in storage, encrypted; decrypted copies are temporary."""

import json
import tempfile
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from enrollment.files.sealed import keep_sealed, open_sealed, reseal
from enrollment.models import ImportBatch

UPLOADS = "imports"
HEAD_ROWS = 30


def keep_upload(batch: ImportBatch, source: BinaryIO) -> str:
    """Store an uploaded file encrypted; returns its storage name. Raises FileFaultError."""
    return keep_sealed(f"{UPLOADS}/{batch.key}/file", source, f"upload:{batch.key}")


def open_upload(batch: ImportBatch) -> BinaryIO:
    """The decrypted upload, in an unnamed temporary file.

    Raises UnsealError, FileFaultError.
    """
    return open_sealed(batch.upload, f"upload:{batch.key}")


def keep_faulty_rows(batch: ImportBatch, source: BinaryIO) -> None:
    """Store the workbook of faulty rows encrypted."""
    keep_sealed(_faulty_name(batch), source, f"faulty:{batch.key}")


def open_faulty_rows(batch: ImportBatch) -> BinaryIO:
    """The workbook of faulty rows. Raises UnsealError and FileNotFoundError."""
    return open_sealed(_faulty_name(batch), f"faulty:{batch.key}")


def has_faulty_rows(batch: ImportBatch) -> bool:
    """Whether the workbook of faulty rows is kept."""
    return bool(default_storage.exists(_faulty_name(batch)))


def keep_head(batch: ImportBatch, rows: list[list[str]]) -> None:
    """Store the first rows encrypted, for a file whose columns must be named by hand."""
    with tempfile.TemporaryFile() as source:
        source.write(json.dumps(rows).encode())
        source.seek(0)
        keep_sealed(_head_name(batch), source, f"head:{batch.key}")


def head_of(batch: ImportBatch) -> list[list[str]]:
    """The rows stored by ``keep_head``; empty when there are none."""
    if not default_storage.exists(_head_name(batch)):
        return []
    with open_sealed(_head_name(batch), f"head:{batch.key}") as file:
        return cast("list[list[str]]", json.load(file))


def reseal_kept(batch: ImportBatch) -> int:
    """Re-encrypt the faulty rows and the head with the newest key; returns how many changed.

    No second copy is kept while the new one is written, because checking the file again
    creates both.
    """
    kept = {_faulty_name(batch): f"faulty:{batch.key}", _head_name(batch): f"head:{batch.key}"}
    return sum(reseal(name, context) for name, context in kept.items())


def forget(batch: ImportBatch) -> None:
    """Delete all stored files of a batch."""
    kept = ImportBatch.objects.filter(pk=batch.pk).values_list("upload", flat=True)
    # Key rotation may have renamed the upload since ``batch`` was read.
    for name in {*kept, f"{UPLOADS}/{batch.key}/file", _faulty_name(batch), _head_name(batch)}:
        if name:
            default_storage.delete(name)


def _faulty_name(batch: ImportBatch) -> str:
    return f"{UPLOADS}/{batch.key}/faulty"


def _head_name(batch: ImportBatch) -> str:
    return f"{UPLOADS}/{batch.key}/head"
