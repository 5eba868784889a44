"""Background jobs of an import: rehearse and publish an uploaded file."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import BinaryIO, cast

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.sweep import for_each
from enrollment.fields.headers import HEADER_SEARCH_ROWS, Header, find_header, likely_header
from enrollment.files.faults import FileFault, FileFaultError, disk_errors_as_faults
from enrollment.files.readers import Table, open_table
from enrollment.imports import consent, services, storage
from enrollment.imports.corrected_rows import ReturnedRows, identities, merge
from enrollment.imports.failure import fail_batch
from enrollment.imports.missing.groups import forget_mentioned
from enrollment.imports.rehearsal import header_of
from enrollment.imports.results.report import Result, write_faulty_rows
from enrollment.imports.tokens.services import may_publish
from enrollment.jobs.locking import institution_is_locked, upload_lock
from enrollment.jobs.progress import throttled
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import BatchState, ImportBatch, SamePersonError, WrongStateError

NEEDS_COLUMNS = frozenset({FileFault.NO_HEADER, FileFault.MISSING_COLUMNS, FileFault.MISALIGNED})
# Transient faults: a retry with the same file may succeed.
PASSING = frozenset(
    {
        FileFault.STALE,
        FileFault.OUTDATED,
        FileFault.OTHER_PERSON,
        FileFault.NEEDS_APPROVAL,
        FileFault.MANY_PEOPLE,
        FileFault.INTERRUPTED,
        FileFault.GIVEN_UP,
        FileFault.BUSY,
        FileFault.DISK_FULL,
        FileFault.UNWRITABLE,
    }
)
# A file fails for good after this many attempts that ended without a result.
MAX_ATTEMPTS = 5

logger = logging.getLogger(__name__)


def rehearse(batch: ImportBatch) -> None:
    """Check the uploaded file, unless another worker does; a fault is saved on the batch."""
    with upload_lock(batch.pk) as is_free:
        if not is_free:
            return
        with _counted_attempt(batch, BatchState.UPLOADED) as may_try:
            if may_try:
                _check(batch)


@contextmanager
def _counted_attempt(batch: ImportBatch, start: BatchState) -> Iterator[bool]:
    """Count an attempt at a batch in state ``start``; yields False after MAX_ATTEMPTS.

    The attempt is counted before the work, so that retries end for a file that kills
    its worker. An unexpected error is logged by its type only (the message may contain
    a row) and returns the batch to ``start``, for the sweep to retry.
    """
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=F("attempts") + 1)
    batch.refresh_from_db(fields=["attempts"])
    if batch.attempts > MAX_ATTEMPTS:
        fail_batch(batch=batch, error=FileFaultError(FileFault.GIVEN_UP))
        yield False
        return
    try:
        yield True
    except MemoryError:
        fail_batch(batch=batch, error=FileFaultError(FileFault.TOO_LARGE))
    except Exception as error:
        logger.error("import %s failed: %s", batch.key, type(error).__name__)
        if batch.attempts == MAX_ATTEMPTS:
            fail_batch(batch=batch, error=FileFaultError(FileFault.GIVEN_UP))
        else:
            ImportBatch.objects.filter(pk=batch.pk).update(state=start)


def _does_not_count(batch: ImportBatch) -> None:
    """Do not count an attempt that found another import of the institution running."""
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=F("attempts") - 1)


def _check(batch: ImportBatch) -> None:
    try:
        table = open_rows(batch)
    except FileFaultError as error:
        fail_batch(batch=batch, error=error)
        return
    try:
        _rehearse(batch, table)
    except WrongStateError:
        return  # another worker was first
    except FileFaultError as error:
        if error.fault == FileFault.BUSY:
            # The sweep retries once the other import has finished.
            ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.UPLOADED)
            _does_not_count(batch)
            return
        fail_batch(batch=batch, error=error)
        if error.fault in NEEDS_COLUMNS:
            storage.keep_head(batch, table.head(storage.HEAD_ROWS))
    else:
        _release_if_faultless(batch)
    finally:
        table.close()


def _release_if_faultless(batch: ImportBatch) -> None:
    """Release a faultless file for the publication that its token requested, if allowed."""
    wanted = batch.publish_if_faultless and not Result.from_json(batch.result).errors
    if wanted and batch.token and may_publish(batch.token):
        refusals = (
            SamePersonError,
            consent.ClearedError,
            consent.OtherPersonError,
            WrongStateError,
        )
        with suppress(*refusals):
            services.release_batch(batch=batch, by=batch.token.created_by)


def open_rows(batch: ImportBatch) -> Table:
    """The rows of an upload, corrected rows merged into their file. Raises FileFaultError."""
    titles = batch.column_titles
    table = open_table(
        storage.open_upload(batch), batch.file_name, titles=titles, sheet=batch.sheet
    )
    if batch.mends is None:
        return table
    remembered = batch.column_titles
    with closing(table), closing(open_rows(batch.mends)) as base:
        header = header_of(base, remembered)
        faulty = open_table(storage.open_faulty_rows(batch.mends), "faulty.xlsx")
        with closing(faulty):
            returned = ReturnedRows(faulty, header, base.reading)
        return merge(base, header, table, returned, remembered)


def _rehearse(batch: ImportBatch, table: Table) -> None:
    header = header_of(table, batch.column_titles)
    batch.rows_expected = _estimate(table)
    batch.save(update_fields=["rows_expected"])
    done = ImportBatch.objects.filter(pk=batch.pk)
    report = throttled(lambda number: done.update(rows_done=number))
    keep = partial(_keep_files, batch, table, header)
    services.rehearse_batch(batch=batch, table=table, header=header, report=report, keep=keep)


def _keep_files(batch: ImportBatch, table: Table, header: Header, result: Result) -> None:
    """Store the first rows of the file and, where rows are faulty, their workbook."""
    storage.keep_head(batch, table.head(storage.HEAD_ROWS))
    if not result.listed:
        return
    with disk_errors_as_faults(), tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as file:
        workbook = cast("BinaryIO", file)
        write_faulty_rows(table, header, result.listed, workbook)
        workbook.seek(0)
        storage.keep_faulty_rows(batch, workbook)
    _drop_mentioned_from_missing(batch, table, header, result)


def _drop_mentioned_from_missing(
    batch: ImportBatch, table: Table, header: Header, result: Result
) -> None:
    """Remove records with a faulty row from the missing ones: the file mentions them.

    When not all faulty rows are listed, the list of missing records is dropped until
    they are corrected.
    """
    if not result.faulty or not batch.absent.exists():
        return
    faulty = {problem.row for problem in result.listed if not problem.is_warning}
    if len(faulty) < result.faulty:
        batch.absent.all().delete()
    else:
        mentioned = identities(table, header, faulty)
        result.missing = forget_mentioned(batch, mentioned, result.missing)


def header_to_name(batch: ImportBatch) -> tuple[Header | None, list[list[str]]]:
    """The header whose columns a registrar may name now, and the rows below as samples.

    The header is None in any other state, or when no row holds titles.
    """
    failed_for_it = batch.state == BatchState.FAILED and batch.failure in NEEDS_COLUMNS
    if not failed_for_it and batch.state != BatchState.REHEARSED:
        return None, []
    head = storage.head_of(batch)
    header = find_header(head, batch.column_titles) or likely_header(head)
    return header, head[header.row_number :] if header else []


def publish(batch: ImportBatch) -> None:
    """Publish a released batch; fails as stale if the registry has changed since the check."""
    ImportBatch.objects.filter(pk=batch.pk).update(started_at=Now())
    with _counted_attempt(batch, BatchState.PUBLISHING) as may_try:
        if may_try:
            _publish(batch)


def _publish(batch: ImportBatch) -> None:
    try:
        services.publish_batch(batch=batch, by=batch.published_by)
    except WrongStateError:
        return
    except FileFaultError as error:
        if error.fault == FileFault.BUSY:
            _does_not_count(batch)
        else:
            fail_batch(batch=batch, error=error)
        return
    for part in batch.lineage:
        storage.forget(part)


def release_abandoned() -> None:
    """Return rehearsals whose worker has died to the queue.

    A running worker holds the institution's lock, which is released when it dies.
    """
    for_each(ImportBatch.objects.filter(state=BatchState.REHEARSING), _release)


def _release(batch: ImportBatch) -> None:
    if institution_is_locked(batch.institution_id):
        return
    found = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.REHEARSING)
    if batch.upload:
        found.update(state=BatchState.UPLOADED)
    elif found.exists():  # from the command line, which stores no file to read again
        fail_batch(batch=batch, error=FileFaultError(FileFault.INTERRUPTED))


def waiting(state: BatchState) -> list[int]:
    """Primary keys of batches in ``state`` to enqueue again after REQUEUE_AFTER."""
    before = Now() - REQUEUE_AFTER
    return ImportBatch.to_enqueue_again(Q(state=state, created_at__lt=before))


def _estimate(table: Table) -> int:
    """Estimated number of rows, from the length of the first ones."""
    head = table.head(HEADER_SEARCH_ROWS * 5)
    length = sum(len(",".join(row).encode(table.encoding, "replace")) + 1 for row in head)
    return max(1, table.size * len(head) // max(length, 1))
