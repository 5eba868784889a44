"""Transitions of an import batch: upload, rehearse, release, publish, undo, discard."""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import BinaryIO

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from audit.services import record_action
from database.clock import database_now
from database.commit_hooks import after_commit
from enrollment.confirmations.stale import notify_stale, notify_undone
from enrollment.fields.headers import Header
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table
from enrollment.imports import storage
from enrollment.imports.consent import (
    APPROVAL_FIELDS,
    OtherPersonError,
    keep_approval,
    needing_consent,
    require_accepted,
    require_unchanged,
)
from enrollment.imports.failure import fail_batch
from enrollment.imports.missing import services as missing
from enrollment.imports.missing.groups import list_missing_records
from enrollment.imports.rehearsal import rehearse
from enrollment.imports.results.report import Result
from enrollment.imports.staging.locked import leave_out_locked
from enrollment.imports.staging.other_person import refuse_many_people
from enrollment.imports.staging.publish import apply_staged
from enrollment.imports.staging.tables import (
    create_staging,
    drop_staging,
    staging_is_current,
    staging_is_whole,
    staging_name,
)
from enrollment.imports.staging.undo import changed_person, restore
from enrollment.imports.trail import record_batch_action
from enrollment.imports.unchanged_file import result_of_identical
from enrollment.institutions.class_locks import keep_classes
from enrollment.jobs.locking import institution_lock
from enrollment.models import BatchState, ImportBatch, ImportToken, Institution
from enrollment.records.corrections.approvals import Approval
from enrollment.records.release import notify_former_holders
from enrollment.signals import batch_published

# What a release or publication writes into its batch.
_PUBLICATION = ("published_by", "published_at", "accepted_people", *APPROVAL_FIELDS)


def open_batch(
    *, institution: Institution, file_name: str, sha256: bytes, created_by: User | None
) -> ImportBatch:
    """Create a batch for a file of an institution."""
    return ImportBatch.objects.create(
        institution=institution,
        file_name=file_name[:200],
        file_sha256=sha256,
        created_by=created_by,
    )


def rehearse_batch(
    *,
    batch: ImportBatch,
    table: Table,
    header: Header,
    report: Callable[[int], None],
    keep: Callable[[Result], None] | None = None,
) -> Result:
    """Check the file and stage its good rows for publication; returns the result.

    ``keep`` stores files of the result, such as the workbook of faulty rows. It runs
    before the batch is marked as checked, so that after the death of a worker the sweep
    checks the batch again and none is left without its files. Raises FileFaultError,
    which is also saved on the batch, and WrongStateError.
    """
    batch.move({BatchState.UPLOADED, BatchState.REHEARSED, BatchState.FAILED}, "rehearsing")
    ImportBatch.objects.filter(pk=batch.pk).update(
        mapping=header.mapping,
        started_at=Now(),
        failure="",
        failure_detail="",
        rows_done=0,
    )
    start = time.monotonic()
    try:
        with institution_lock(batch.institution_id):
            result = result_of_identical(batch, header.mapping)
            if result:
                create_staging(staging_name(batch.pk))  # of no rows
            else:
                result = rehearse(table, header, batch.institution, staging_name(batch.pk), report)
            list_missing_records(batch, staging_name(batch.pk), result.missing)
            if keep is not None:
                keep(result)
    except FileFaultError as error:
        fail_batch(batch=batch, error=error)
        raise
    result.seconds = round(time.monotonic() - start, 2)
    batch.result = result.as_json()
    batch.rows_done = batch.rows_expected = result.rows
    batch.mapping = header.mapping
    batch.state = BatchState.REHEARSED
    batch.save(update_fields=["result", "rows_done", "rows_expected", "mapping", "state"])
    return result


def publish_batch(
    *,
    batch: ImportBatch,
    by: User | None,
    accept_cleared: bool = False,
    accept_new_holders: int | None = None,
    approval: Approval | None = None,
) -> Result:
    """Apply the rehearsed rows to the registry, all or none; the result of the publication.

    Changes of locked fields are applied with the province's ``approval`` and left out
    without it. For a batch that was not released, ``accept_cleared`` consents to cleared
    values and ``accept_new_holders`` is the number of held records that may change hands;
    else the consent and approval given at the release apply. Raises ClearedError,
    FileFaultError (busy, too many people in a day, or stale: rehearse again) and
    WrongStateError.
    """
    result = Result.from_json(batch.result)
    if batch.state == BatchState.REHEARSED:
        require_accepted(needing_consent(result, approval), accept_cleared)
        keep_approval(batch, approval)
    with institution_lock(batch.institution_id), transaction.atomic():
        keep_classes(batch.institution_id)
        batch.move({BatchState.REHEARSED, BatchState.PUBLISHING}, "published")
        batch.published_by = by
        batch.published_at = database_now()
        if accept_new_holders is not None:
            batch.accepted_people = accept_new_holders
        staging = staging_name(batch.pk)
        if not staging_is_whole(staging, result.staged):
            raise FileFaultError(FileFault.STALE)
        if not staging_is_current(staging):
            raise FileFaultError(FileFault.OUTDATED)
        if result.locked and not batch.approval_document:
            school = batch.institution_id
            result = leave_out_locked(staging, batch.mapping, result, institution_id=school)
            batch.result = result.as_json()
        batch.save(update_fields=[*_PUBLICATION, "result"])
        refuse_many_people(batch, staging)
        apply_staged(batch, staging, batch.mapping)
        notify_stale(batch)
        missing.apply_waiting(batch, by)
        for part in batch.lineage:
            drop_staging(staging_name(part.pk))
        record_batch_action("publish_batch", batch, by, result)
        transaction.on_commit(
            lambda: batch_published.send_robust(sender=ImportBatch, batch_id=batch.pk)
        )
    return result


def release_batch(
    *,
    batch: ImportBatch,
    by: User,
    accept_cleared: bool = False,
    accept_new_holders: int = 0,
    approval: Approval | None = None,
    shown: str | None = None,
) -> None:
    """Release a rehearsed batch for publication by a worker.

    Under two-person approval the uploader cannot release it. ``accept_cleared``
    consents to cleared values; ``accept_new_holders`` must be the number of held
    records that the check found to change hands. Without the province's ``approval``
    locked fields stay as they are, and no record changes hands. ``shown`` is the
    ``consent.shown_state`` that ``by`` has looked at. Raises SamePersonError,
    ClearedError, OtherPersonError, ChangedSinceError and WrongStateError.
    """
    batch.require_second_person(by)
    result = needing_consent(Result.from_json(batch.result), approval)
    require_accepted(result, accept_cleared)
    if accept_new_holders != result.other_person:
        raise OtherPersonError
    with transaction.atomic():
        batch.move({BatchState.REHEARSED}, "publishing")
        if shown is not None:
            require_unchanged(batch.pk, shown)
        batch.published_by, batch.started_at, batch.attempts = by, database_now(), 0
        batch.accepted_people = accept_new_holders
        keep_approval(batch, approval)
        batch.save(update_fields=["started_at", "attempts", *_PUBLICATION])


def upload_batch(
    *,
    institution: Institution,
    file_name: str,
    source: BinaryIO,
    created_by: User,
    mends: ImportBatch | None = None,
    token: ImportToken | None = None,
    publish_if_faultless: bool = False,
    sheet: str = "",
    column_names: Mapping[str, str] | None = None,
) -> ImportBatch:
    """Store an uploaded file encrypted, as a batch to be rehearsed.

    ``token`` is the import token that uploads on behalf of ``created_by``. With
    ``mends`` the file holds corrected rows of that rehearsed batch, which continues in
    the new one. Raises WrongStateError when that batch is no longer open,
    FileFaultError when the disk is full.
    """
    digest = hashlib.sha256()
    while block := source.read(2**20):
        digest.update(block)
    source.seek(0)
    with transaction.atomic():
        if mends is not None:
            mends.move({BatchState.REHEARSED}, "mended")
        batch = open_batch(
            institution=institution,
            file_name=file_name,
            sha256=digest.digest(),
            created_by=created_by,
        )
        batch.mends, batch.token, batch.sheet = mends, token, sheet
        batch.publish_if_faultless = publish_if_faultless
        batch.column_names = dict(column_names or {})
        batch.upload = storage.keep_upload(batch, source)
        batch.save(
            update_fields=[
                "column_names",
                "upload",
                "mends",
                "token",
                "publish_if_faultless",
                "sheet",
            ]
        )
        record_action(
            action="enrollment.upload_batch",
            actor_id=created_by.pk,
            subject_type="import_batch",
            subject_key=batch.key,
            institution_code=institution.code,
            detail={"token": str(token.key)} if token else None,
        )
    return batch


def undo_batch(*, batch: ImportBatch, by: User | None) -> None:
    """Undo a publication and notify the people concerned.

    Those are the registrars who took part in it and the students who were notified
    of its changes. Raises UndoBlockedError, UndoExpiredError, FileFaultError (busy),
    WrongStateError.
    """
    with institution_lock(batch.institution_id), transaction.atomic():
        keep_classes(batch.institution_id)
        batch.move({BatchState.PUBLISHED}, "undone")
        batch.undone_by = by
        batch.undone_at = database_now()
        batch.save(update_fields=["undone_by", "undone_at"])
        missing.undo_all(batch, by)
        notify_undone(batch)
        notify_former_holders(batch, changed_person(batch))
        restore(batch)
        _tell_registrars(batch, but=by)
        record_batch_action("undo_batch", batch, by, Result.from_json(batch.result))


def _tell_registrars(batch: ImportBatch, *, but: User | None) -> None:
    part = {person for one in batch.lineage for person in (one.created_by, one.published_by)}
    concerned = [person for person in part if person and person.is_active and person != but]
    path = reverse("registry:import", args=[batch.key])
    notify_all(accounts=concerned, kind="publication_undone", path=path)


def discard_batch(*, batch: ImportBatch) -> None:
    """Discard a file that was not published; the batch that it corrects is reopened.

    Raises WrongStateError.
    """
    with transaction.atomic():
        open_states = {BatchState.UPLOADED, BatchState.REHEARSED, BatchState.FAILED}
        batch.move(open_states, "discarded")
        drop_staging(staging_name(batch.pk))
        batch.absent.all().delete()
        if batch.mends is not None:
            batch.mends.move({BatchState.MENDED}, "rehearsed")
        after_commit(storage.forget, batch)
