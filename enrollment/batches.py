"""Acts on an import batch: open, rehearse, publish, undo, discard."""

import hashlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record as write_trail
from enrollment import uploads
from enrollment.importing.columns import Header, fold_title
from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.publish import apply_staged
from enrollment.importing.readers import Table
from enrollment.importing.rehearsal import institution_lock, rehearse
from enrollment.importing.report import Result
from enrollment.importing.stage import drop_staging, staging_is_whole, staging_name
from enrollment.importing.undo import restore
from enrollment.models import BatchState, ImportBatch, Institution
from enrollment.signals import batch_published


class WrongStateError(Exception):
    """The batch is not in a state that allows this act (somebody else was first)."""


class SamePersonError(Exception):
    """Another registrar than the one who uploaded the file must publish it."""


def open_batch(
    *, institution: Institution, file_name: str, sha256: bytes, created_by: User | None
) -> ImportBatch:
    """Register a file for an institution."""
    return ImportBatch.objects.create(
        institution=institution,
        file_name=file_name[:200],
        file_sha256=sha256,
        created_by=created_by,
    )


def rehearse_batch(
    *, batch: ImportBatch, table: Table, header: Header, report: Callable[[int], None]
) -> Result:
    """Check the file and keep its good rows for the publication.

    Raises FileFaultError; the batch then says why it failed.
    """
    _move(batch, {BatchState.UPLOADED, BatchState.REHEARSED, BatchState.FAILED}, "rehearsing")
    ImportBatch.objects.filter(pk=batch.pk).update(
        mapping=header.mapping, started_at=timezone.now(), failure="", rows_done=0
    )
    try:
        with institution_lock(batch.institution_id):
            result = rehearse(table, header, batch.institution, staging_name(batch.pk), report)
    except FileFaultError as error:
        fail_batch(batch=batch, fault=error.fault)
        raise
    batch.result = result.as_json()
    batch.rows_done = batch.rows_expected = result.rows
    batch.mapping = header.mapping
    batch.state = BatchState.REHEARSED
    batch.save(update_fields=["result", "rows_done", "rows_expected", "mapping", "state"])
    return result


def publish_batch(*, batch: ImportBatch, by: User | None) -> Result:
    """Bring the rehearsed rows into the registry: all of them, or nothing changes.

    Raises FileFaultError (busy, or stale: rehearse again) and WrongStateError.
    """
    result = Result.from_json(batch.result)
    with institution_lock(batch.institution_id), transaction.atomic():
        _move(batch, {BatchState.REHEARSED, BatchState.PUBLISHING}, "published")
        batch.published_by = by
        batch.published_at = timezone.now()
        batch.save(update_fields=["published_by", "published_at"])
        staging = staging_name(batch.pk)
        if not staging_is_whole(staging, result.staged):
            raise FileFaultError(FileFault.STALE)
        apply_staged(batch, staging, batch.mapping)
        drop_staging(staging)
        _write("publish_batch", batch, by, result)
        transaction.on_commit(
            lambda: batch_published.send_robust(sender=ImportBatch, batch_id=batch.pk)
        )
    return result


def release_batch(*, batch: ImportBatch, by: User) -> None:
    """Hand a rehearsed batch to the worker for publication.

    Where the institution asks for four eyes, whoever uploaded the file cannot
    release it. Raises SamePersonError and WrongStateError.
    """
    if batch.institution.second_approver and batch.created_by_id == by.pk:
        raise SamePersonError
    with transaction.atomic():
        _move(batch, {BatchState.REHEARSED}, "publishing")
        batch.published_by = by
        batch.save(update_fields=["published_by"])


def upload_batch(
    *, institution: Institution, file_name: str, source: BinaryIO, created_by: User
) -> ImportBatch:
    """Keep an uploaded file, sealed, as a batch to be rehearsed."""
    digest = hashlib.sha256()
    while block := source.read(2**20):
        digest.update(block)
    source.seek(0)
    with transaction.atomic():
        batch = open_batch(
            institution=institution,
            file_name=file_name,
            sha256=digest.digest(),
            created_by=created_by,
        )
        batch.upload = uploads.keep_upload(batch, source)
        batch.save(update_fields=["upload"])
        write_trail(
            action="enrollment.upload_batch",
            actor_id=created_by.pk,
            subject_type="import_batch",
            subject_key=batch.key,
            institution_code=institution.code,
        )
    return batch


def name_columns(*, batch: ImportBatch, titles: Mapping[str, str]) -> None:
    """Remember what column titles mean at this institution, and check the file again.

    ``titles`` is the title in the file → name of a column. Raises WrongStateError.
    """
    with transaction.atomic():
        _move(batch, {BatchState.FAILED}, "uploaded")
        institution = Institution.objects.select_for_update().get(pk=batch.institution_id)
        institution.column_titles |= {fold_title(title): name for title, name in titles.items()}
        institution.save(update_fields=["column_titles"])


def undo_batch(*, batch: ImportBatch, by: User | None) -> None:
    """Take a publication back. Raises UndoBlockedError, FileFaultError (busy), WrongStateError."""
    with institution_lock(batch.institution_id), transaction.atomic():
        _move(batch, {BatchState.PUBLISHED}, "undone")
        batch.undone_by = by
        batch.undone_at = timezone.now()
        batch.save(update_fields=["undone_by", "undone_at"])
        restore(batch)
        _write("undo_batch", batch, by, Result.from_json(batch.result))


def discard_batch(*, batch: ImportBatch) -> None:
    """Forget a file that was not published. Raises WrongStateError."""
    with transaction.atomic():
        open_states = {
            BatchState.UPLOADED,
            BatchState.REHEARSED,
            BatchState.FAILED,
        }
        _move(batch, open_states, "discarded")
        drop_staging(staging_name(batch.pk))
        transaction.on_commit(lambda: uploads.forget(batch))


def fail_batch(*, batch: ImportBatch, fault: FileFault) -> None:
    """Write down why a rehearsal ended, and leave nothing of it behind."""
    with transaction.atomic():
        batch.state, batch.failure = BatchState.FAILED, fault.value
        batch.save(update_fields=["state", "failure"])
        drop_staging(staging_name(batch.pk))


def _move(batch: ImportBatch, allowed: set[BatchState], to: str) -> None:
    """One conditional update: of two people at once, one moves the batch."""
    moved = ImportBatch.objects.filter(pk=batch.pk, state__in=allowed).update(state=to)
    if not moved:
        raise WrongStateError
    batch.state = to


def _write(act: str, batch: ImportBatch, by: User | None, result: Result) -> None:
    write_trail(
        action=f"enrollment.{act}",
        actor_id=by.pk if by else None,
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
        detail={"new": result.new, "changed": result.changed, "rows": result.rows},
    )
