"""The work behind the browser's import: rehearse and publish what was uploaded."""

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from enrollment import batches, uploads
from enrollment.importing.columns import HEADER_SEARCH_ROWS
from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.readers import Table, open_table
from enrollment.importing.rehearsal import header_of, institution_is_locked
from enrollment.importing.report import write_faulty_rows
from enrollment.models import BatchState, ImportBatch

REPORT_SECONDS = 1.0
# A doorbell that has not been heard after this long is rung again.
PATIENCE = timedelta(seconds=20)
_NEEDS_MAPPING = frozenset({FileFault.NO_HEADER, FileFault.MISSING_COLUMNS})


def rehearse(batch: ImportBatch) -> None:
    """Check the uploaded file; what goes wrong is written on the batch for the page."""
    try:
        table = open_table(uploads.open_upload(batch), batch.file_name)
    except FileFaultError as error:
        batches.fail_batch(batch=batch, fault=error.fault)
        return
    try:
        _rehearse(batch, table)
    except batches.WrongStateError:
        return  # another worker was first
    except FileFaultError as error:
        if error.fault == FileFault.BUSY:
            # Tried again by the sweep once the other import has finished.
            ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.UPLOADED)
            return
        batches.fail_batch(batch=batch, fault=error.fault)
        if error.fault in _NEEDS_MAPPING:
            uploads.keep_head(batch, table.head(uploads.HEAD_ROWS))
    finally:
        table.close()


def _rehearse(batch: ImportBatch, table: Table) -> None:
    header = header_of(table, batch.institution.column_titles)
    batch.rows_expected = _estimate(table)
    batch.save(update_fields=["rows_expected"])
    result = batches.rehearse_batch(
        batch=batch, table=table, header=header, report=_reporter(batch)
    )
    if result.listed:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "faulty.xlsx"
            write_faulty_rows(table, header, result.listed, path)
            uploads.keep_faulty_rows(batch, path)


def publish(batch: ImportBatch) -> None:
    """Publish a released batch; a registry that has changed meanwhile asks for a new check."""
    try:
        batches.publish_batch(batch=batch, by=batch.published_by)
    except batches.WrongStateError:
        return
    except FileFaultError as error:
        if error.fault != FileFault.BUSY:
            batches.fail_batch(batch=batch, fault=error.fault)
        return
    uploads.forget(batch)


def release_abandoned() -> None:
    """Put rehearsals whose worker has died back to the start.

    A living one holds its institution's lock; the lock dies with the worker.
    """
    for batch in ImportBatch.objects.filter(state=BatchState.REHEARSING).exclude(upload=""):
        if not institution_is_locked(batch.institution_id):
            ImportBatch.objects.filter(pk=batch.pk, state=BatchState.REHEARSING).update(
                state=BatchState.UPLOADED
            )


def waiting(state: BatchState) -> list[int]:
    """Batches in ``state`` whose doorbell should have been heard by now."""
    before = timezone.now() - PATIENCE
    found = ImportBatch.objects.filter(state=state, created_at__lt=before).exclude(upload="")
    return list(found.values_list("pk", flat=True))


def _reporter(batch: ImportBatch) -> Callable[[int], None]:
    told = 0.0

    def report(done: int) -> None:
        nonlocal told
        if time.monotonic() - told < REPORT_SECONDS:
            return
        told = time.monotonic()
        ImportBatch.objects.filter(pk=batch.pk).update(rows_done=done)

    return report


def _estimate(table: Table) -> int:
    """About how many rows there are, by the length of the first."""
    head = table.head(HEADER_SEARCH_ROWS * 5)
    length = sum(len(",".join(row).encode(table.encoding, "replace")) + 1 for row in head)
    return max(1, table.size * len(head) // max(length, 1))
