"""Registration of the registry's sealed values for ``rotate_vault``."""

from django.db import connection

from enrollment.fields.catalogue import SEALED
from enrollment.imports import storage as imports_storage
from enrollment.imports.staging.tables import reseal_staging, staging_name
from enrollment.jobs.locking import institution_lock
from enrollment.models import ImportBatch, PhotoBatch, RecordBefore
from enrollment.photos.refused import reseal_refused
from vault.rotation import (
    register,
    register_columns,
    register_files,
    register_streams,
    resealed,
    rows_after,
)

_RECORD = {field.sealed_column: field.purpose for field in SEALED.values()}


def rotate_staged_rows() -> int:
    """Re-encrypt the staged rows of files checked but not published.

    Returns the number of rows. Raises FileFaultError (busy) while a file is being checked
    or published, because its rows may be on their way into the registry.
    """
    touched, tables = 0, set(connection.introspection.table_names())
    batches = ImportBatch.objects.order_by("pk").values_list("pk", "institution_id")
    for pk, institution in batches:
        if staging_name(pk) in tables:
            with institution_lock(institution):
                touched += reseal_staging(staging_name(pk), _RECORD)
    return touched


def rotate_before_images() -> int:
    """Re-encrypt the rows kept for undoing publications; returns their number."""
    touched = 0
    for pk, row in rows_after(RecordBefore, "row"):
        fresh = {}
        for column, purpose in _RECORD.items():
            old = row.get(column)
            new = old and resealed(_from_json(old), f"{purpose}:{row['key']}")
            if new:
                fresh[column] = f"\\x{new.hex()}"
        if fresh:
            touched += RecordBefore.objects.filter(pk=pk).update(row=row | fresh)
    return touched


def rotate_kept_files() -> int:
    """Re-encrypt faulty rows and first rows of unpublished files; returns their number."""
    return sum(imports_storage.reseal_kept(batch) for batch in ImportBatch.objects.order_by("pk"))


def rotate_refused_photos() -> int:
    """Re-encrypt the lists of refused photos; returns their number."""
    return sum(reseal_refused(batch) for batch in PhotoBatch.objects.order_by("pk"))


def _from_json(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("\\x"))


# Staged rows come first: they may become records during the rotation.
register("checked rows", run=rotate_staged_rows)
register_columns("records", "enrollment.StudentRecord", **_RECORD)
register("records kept for undo", "enrollment.RecordBefore.row", run=rotate_before_images)
for _what, _photos in (
    ("photos", "enrollment.Photo"),
    ("photos that wait or were replaced", "enrollment.BatchPhoto"),
):
    register_files(_what, _photos, stored_as="photo", thumbnail_stored_as="photo-thumbnail")
register_streams("uploaded files", "enrollment.ImportBatch", upload="upload")
register("parts of uploaded files", run=rotate_kept_files)
register_streams("uploaded photographs", "enrollment.PhotoBatch", upload="photo-batch-file")
register("lists of refused photographs", run=rotate_refused_photos)
register_columns("signing keys", "enrollment.SigningKey", private_sealed="signing-key")
register_columns("status reports", "enrollment.StatusReport", facts_sealed="status-report")
register_files("files of reports", "enrollment.StatusReport", stored_as="status-report-file")
register_streams("evidence", "enrollment.EvidenceFile", stored_as="evidence")
register_columns("corrections", "enrollment.Correction", new_sealed="correction")
