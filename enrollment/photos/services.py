"""Transitions of a ZIP of photographs: upload, check, release, import, discard, expire."""

import json
import tempfile
from datetime import timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.sweep import for_each
from audit.services import record_action
from enrollment.files import sealed
from enrollment.files.faults import FileFault, FileFaultError, disk_errors_as_faults
from enrollment.files.images import PhotoFault
from enrollment.jobs.locking import institution_lock
from enrollment.jobs.progress import throttled
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import (
    Institution,
    Photo,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
    WrongStateError,
)
from enrollment.photos.archive import PhotoTally, belonging, open_zip
from enrollment.photos.storage import PhotoSource, import_photos

# How long unfinished ZIPs and the names of refused entries are kept.
RETENTION = timedelta(days=30)
# A ZIP fails for good after this many attempts that ended without a result.
MAX_ATTEMPTS = 3
# Transient faults: a retry with the same ZIP may succeed.
PASSING = frozenset(
    {FileFault.DISK_FULL, FileFault.UNWRITABLE, FileFault.INTERRUPTED, FileFault.GIVEN_UP}
)

Refused = list[tuple[str, PhotoFault]]


def upload_photos(
    *,
    institution: Institution,
    kind: PhotoKind,
    file_name: str,
    source: BinaryIO,
    created_by: User,
) -> PhotoBatch:
    """Store an uploaded ZIP encrypted, to be checked. Raises FileFaultError (disk full)."""
    with transaction.atomic():
        batch = PhotoBatch.objects.create(
            institution=institution, kind=kind, file_name=file_name[:200], created_by=created_by
        )
        batch.upload = sealed.keep_sealed(_name(batch, "file"), source, _context(batch, "file"))
        batch.save(update_fields=["upload"])
        _write("upload_photos", batch, created_by)
    return batch


def check_photos(batch: PhotoBatch) -> None:
    """Match the names in the ZIP with the records, without opening a picture.

    The attempt is counted before the work, so that retries end for a ZIP that kills
    its worker.
    """
    PhotoBatch.objects.filter(pk=batch.pk).update(attempts=F("attempts") + 1)
    batch.refresh_from_db(fields=["attempts"])
    tally = PhotoTally()
    try:
        if batch.attempts > MAX_ATTEMPTS:
            raise FileFaultError(FileFault.GIVEN_UP)
        with _open_upload(batch) as source, open_zip(source) as archive:
            pairs = belonging(archive, batch.institution, tally)
        _keep_refused(batch, tally)
    except FileFaultError as error:
        _fail(batch, error.fault)
        return
    records = [record_id for _, record_id in pairs]
    replacing = Photo.objects.filter(record__in=records, kind=batch.kind).count()
    PhotoBatch.objects.filter(pk=batch.pk, state=PhotoBatchState.UPLOADED).update(
        state=PhotoBatchState.CHECKED,
        fresh=len(pairs) - replacing,
        replacing=replacing,
        refused=len(tally.refused),
    )


def release_photos(*, batch: PhotoBatch, by: User) -> None:
    """Release a checked ZIP for import. Raises SamePersonError and WrongStateError."""
    batch.require_second_person(by)
    with transaction.atomic():
        batch.move({PhotoBatchState.CHECKED}, PhotoBatchState.TAKING)
        PhotoBatch.objects.filter(pk=batch.pk).update(taken_by=by, started_at=Now(), attempts=0)
        _write("release_photos", batch, by)


def import_photo_batch(batch: PhotoBatch) -> None:
    """Import the photographs of a released ZIP; a fault is saved on the batch.

    While another import of the institution runs, nothing is done: the sweep retries.
    """
    try:
        with institution_lock(batch.institution_id):
            PhotoBatch.objects.filter(pk=batch.pk).update(attempts=F("attempts") + 1)
            batch.refresh_from_db()
            if batch.state != PhotoBatchState.TAKING:
                return  # another worker was first
            if batch.attempts > MAX_ATTEMPTS:
                raise FileFaultError(FileFault.GIVEN_UP)
            _import(batch)
    except FileFaultError as error:
        if error.fault != FileFault.BUSY:
            _fail(batch, error.fault)


def go_on(*, batch: PhotoBatch) -> None:
    """Retry a ZIP that failed with a transient fault. Raises WrongStateError."""
    if batch.failure not in PASSING:
        raise WrongStateError
    to = PhotoBatchState.TAKING if batch.started_at else PhotoBatchState.UPLOADED
    batch.move({PhotoBatchState.FAILED}, to)
    again = Now() if batch.started_at else None
    PhotoBatch.objects.filter(pk=batch.pk).update(failure="", attempts=0, started_at=again)


def discard_photos(*, batch: PhotoBatch) -> None:
    """Discard a ZIP that is not, or only partly, imported. Raises WrongStateError."""
    open_states = {PhotoBatchState.UPLOADED, PhotoBatchState.CHECKED, PhotoBatchState.FAILED}
    with transaction.atomic():
        batch.move(open_states, PhotoBatchState.DISCARDED)
        transaction.on_commit(lambda: _forget_files(batch, ("file", "refused")))


def forget_old_photo_batches() -> None:
    """Discard abandoned ZIPs and delete the refusal lists of imported ones after RETENTION."""
    before = Now() - RETENTION
    open_states = (PhotoBatchState.CHECKED, PhotoBatchState.FAILED)
    old = PhotoBatch.objects.filter(state__in=open_states, created_at__lt=before)
    for_each(old, lambda batch: discard_photos(batch=batch))
    taken = PhotoBatch.objects.filter(state=PhotoBatchState.TAKEN, ended_at__lt=before)
    for_each(
        taken.filter(ended_at__gt=before - 2 * RETENTION),
        lambda batch: _forget_files(batch, ("refused",)),
    )


def refused_of(batch: PhotoBatch) -> Refused:
    """The refused entries with their reasons, in the order of the ZIP; empty once deleted."""
    if not batch.refused or not default_storage.exists(_name(batch, "refused")):
        return []
    with sealed.open_sealed(_name(batch, "refused"), _context(batch, "refused")) as file:
        return [(name, PhotoFault(fault)) for name, fault in json.load(file)]


def waiting_for(state: PhotoBatchState) -> list[int]:
    """Primary keys of ZIPs in ``state`` to enqueue again after REQUEUE_AFTER."""
    before = Now() - REQUEUE_AFTER
    since = Q(started_at__lt=before) | Q(started_at=None, created_at__lt=before)
    return PhotoBatch.to_enqueue_again(since & Q(state=state))


def reseal_refused(batch: PhotoBatch) -> bool:
    """Re-encrypt the refusal list with the newest key; False when there was nothing to do."""
    return sealed.reseal(_name(batch, "refused"), _context(batch, "refused"))


def _import(batch: PhotoBatch) -> None:
    album = PhotoSource(PhotoKind(batch.kind), batch.taken_by, batch)
    done = PhotoBatch.objects.filter(pk=batch.pk)
    with _open_upload(batch) as source:
        tally = import_photos(
            institution=batch.institution,
            album=album,
            source=source,
            report=throttled(lambda number: done.update(done=number)),
        )
    _keep_refused(batch, tally)
    done.update(
        state=PhotoBatchState.TAKEN,
        same=tally.same,
        refused=len(tally.refused),
        ended_at=Now(),
    )
    _forget_files(batch, ("file",))


def _fail(batch: PhotoBatch, fault: FileFault) -> None:
    found = PhotoBatch.objects.filter(pk=batch.pk)
    found.update(state=PhotoBatchState.FAILED, failure=fault.value)
    if fault not in PASSING:
        _forget_files(batch, ("file", "refused"))


def _open_upload(batch: PhotoBatch) -> BinaryIO:
    try:
        return sealed.open_sealed(batch.upload, _context(batch, "file"))
    except FileNotFoundError as error:
        raise FileFaultError(FileFault.NOT_A_ZIP) from error


def _keep_refused(batch: PhotoBatch, tally: PhotoTally) -> None:
    refused = [*tally.refused, *((name, PhotoFault.SYSTEM) for name in tally.ignored)]
    with disk_errors_as_faults(), tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as source:
        source.write(json.dumps(refused).encode())
        source.seek(0)
        name, context = _name(batch, "refused"), _context(batch, "refused")
        sealed.keep_sealed(name, cast("BinaryIO", source), context)


def _forget_files(batch: PhotoBatch, parts: tuple[str, ...]) -> None:
    names = {_name(batch, part) for part in parts}
    if "file" in parts:  # key rotation may have renamed the upload
        names |= set(PhotoBatch.objects.filter(pk=batch.pk).values_list("upload", flat=True))
    for name in filter(None, names):
        default_storage.delete(name)


def _name(batch: PhotoBatch, part: str) -> str:
    return f"photo-batches/{batch.key}/{part}"


def _context(batch: PhotoBatch, part: str) -> str:
    return f"photo-batch-{part}:{batch.key}"


def _write(act: str, batch: PhotoBatch, by: User) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="photo_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
        detail={"kind": batch.kind},
    )
