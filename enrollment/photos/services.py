"""Transitions of a ZIP of photographs: upload, check, release, import, undo, discard."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from audit.services import record_action
from database.commit_hooks import after_commit
from enrollment.files.faults import FileFault, FileFaultError, disk_errors_as_faults
from enrollment.files.images import PhotoFault
from enrollment.jobs.locking import institution_lock
from enrollment.jobs.progress import throttled
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import (
    Institution,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
    WrongStateError,
)
from enrollment.photos import exchange
from enrollment.photos.archive import PhotoTally, open_zip
from enrollment.photos.names import masked_name
from enrollment.photos.refused import forget_refused, keep_refused, refused_of
from enrollment.photos.staging import expected, forget_held, forget_waiting, keep_waiting
from enrollment.photos.storage import forget_upload, keep_upload, open_upload

# How long unfinished ZIPs, the names of refused entries and replaced photographs are kept.
RETENTION = timedelta(days=30)
# A ZIP fails for good after this many attempts that ended without a result.
MAX_ATTEMPTS = 3
# Transient faults: a retry with the same ZIP may succeed.
PASSING = frozenset(
    {FileFault.DISK_FULL, FileFault.UNWRITABLE, FileFault.INTERRUPTED, FileFault.GIVEN_UP}
)
# In these a ZIP waits for its check, or for a person, and may be discarded.
OPEN = frozenset({PhotoBatchState.UPLOADED, PhotoBatchState.CHECKED, PhotoBatchState.FAILED})

Report = Callable[[int], None]


class UndoExpiredError(Exception):
    """The photographs were imported too long ago: those before them are deleted."""


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
            institution=institution,
            kind=kind,
            file_name=masked_name(file_name),
            created_by=created_by,
        )
        batch.upload = keep_upload(batch, source)
        batch.save(update_fields=["upload"])
        _write("upload_photos", batch, created_by)
    return batch


def check_photos(batch: PhotoBatch) -> None:
    """Find whose photographs they are, open each and keep the good ones until the release.

    A fault is saved on the batch. While another worker has the institution's lock, which may be
    at work on this very ZIP, nothing is done: the sweep retries.
    """
    _work(batch, PhotoBatchState.UPLOADED, _check)


def check_zip(batch: PhotoBatch, source: BinaryIO, report: Report) -> PhotoTally:
    """Check ``source``, the ZIP of ``batch``, as above. Raises FileFaultError."""
    with disk_errors_as_faults(), open_zip(source) as archive:
        tally = keep_waiting(batch, source, archive, report)
    keep_refused(batch, [*tally.refused, *((name, PhotoFault.SYSTEM) for name in tally.ignored)])
    fresh, replacing = expected(batch)
    PhotoBatch.objects.filter(pk=batch.pk, state=PhotoBatchState.UPLOADED).update(
        state=PhotoBatchState.CHECKED,
        fresh=fresh,
        replacing=replacing,
        same=tally.same,
        refused=len(tally.refused),
        done=0,
    )
    return tally


def release_photos(*, batch: PhotoBatch, by: User) -> None:
    """Release a checked ZIP for import. Raises SamePersonError and WrongStateError."""
    batch.require_second_person(by)
    with transaction.atomic():
        batch.move({PhotoBatchState.CHECKED}, PhotoBatchState.TAKING)
        PhotoBatch.objects.filter(pk=batch.pk).update(taken_by=by, started_at=Now(), attempts=0)
        _write("release_photos", batch, by)


def undo_photos(*, batch: PhotoBatch, by: User) -> None:
    """Ask for the undo of an import. Raises UndoExpiredError and WrongStateError."""
    if not is_kept(batch):
        raise UndoExpiredError
    with transaction.atomic():
        batch.move({PhotoBatchState.TAKEN}, PhotoBatchState.UNDOING)
        PhotoBatch.objects.filter(pk=batch.pk).update(
            undone_by=by, started_at=Now(), attempts=0, done=0
        )
        _write("undo_photos", batch, by)


def is_kept(batch: PhotoBatch) -> bool:
    """Whether the photographs before ``batch`` are kept: they were, and not too long ago."""
    recent = PhotoBatch.objects.filter(pk=batch.pk, ended_at__gt=Now() - RETENTION)
    return recent.filter(keeps_replaced=True).exists()


def import_photo_batch(batch: PhotoBatch) -> None:
    """Give records the photographs of a released ZIP; a fault is saved on the batch.

    While another import of the institution runs, nothing is done: the sweep retries.
    """
    _work(batch, PhotoBatchState.TAKING, _take)


def undo_photo_batch(batch: PhotoBatch) -> None:
    """Give records back the photographs that they had before an import, as asked for."""
    _work(batch, PhotoBatchState.UNDOING, _undo)


def take_waiting(batch: PhotoBatch, report: Report) -> list[str]:
    """Make the waiting photographs those of their records. The caller holds the lock.

    Returns the entries of those whose record has another name or number since the check.
    """
    PhotoBatch.objects.filter(pk=batch.pk).update(keeps_replaced=True)
    exchange.give(batch, report)
    with transaction.atomic():
        changed = exchange.left_out(batch)
        if changed:
            before = (one for one in refused_of(batch) if one[1] != PhotoFault.CHANGED)
            keep_refused(batch, [*before, *((entry, PhotoFault.CHANGED) for entry in changed)])
        PhotoBatch.objects.filter(pk=batch.pk).update(
            state=PhotoBatchState.TAKEN, refused=F("refused") + len(changed), ended_at=Now()
        )
        batch.refresh_from_db()
        _write("import_photos", batch, batch.taken_by, stored=batch.stored, refused=batch.refused)
        after_commit(forget_waiting, batch)
    return changed


def may_go_on(batch: PhotoBatch) -> bool:
    """Whether a failed ZIP may be tried again: a transient fault, and what it needs is kept."""
    return batch.failure in PASSING and (not batch.ended_at or is_kept(batch))


def go_on(*, batch: PhotoBatch, by: User) -> None:
    """Retry a ZIP that failed with a transient fault. Raises WrongStateError."""
    if not may_go_on(batch):
        raise WrongStateError
    to = PhotoBatchState.UPLOADED
    if batch.started_at:
        to = PhotoBatchState.UNDOING if batch.ended_at else PhotoBatchState.TAKING
    again = Now() if batch.started_at else None
    with transaction.atomic():
        batch.move({PhotoBatchState.FAILED}, to)
        PhotoBatch.objects.filter(pk=batch.pk).update(failure="", attempts=0, started_at=again)
        _write("retry_photos", batch, by)


def discard_photos(*, batch: PhotoBatch, by: User | None = None) -> None:
    """Discard a ZIP that is not imported. Raises WrongStateError.

    One that was imported or undone in part ends as imported, without the photographs that still
    wait: those that it has replaced are kept, so that it can be undone.
    """
    failed = PhotoBatch.objects.filter(pk=batch.pk, state=PhotoBatchState.FAILED)
    with transaction.atomic():
        if failed.filter(Q(new__gt=0) | Q(replaced__gt=0)).update(
            state=PhotoBatchState.TAKEN, failure="", ended_at=Coalesce("ended_at", Now())
        ):
            batch.refresh_from_db()
            after_commit(forget_waiting, batch)
        else:
            batch.move(OPEN, PhotoBatchState.DISCARDED)
            after_commit(forget_all, batch)
        _write("discard_photos", batch, by, stored=batch.stored, undone=batch.undone)


def waiting_for(state: PhotoBatchState) -> list[int]:
    """Primary keys of ZIPs in ``state`` to enqueue again after REQUEUE_AFTER."""
    before = Now() - REQUEUE_AFTER
    since = Q(started_at__lt=before) | Q(started_at=None, created_at__lt=before)
    return PhotoBatch.to_enqueue_again(since & Q(state=state))


def _work(
    batch: PhotoBatch, state: PhotoBatchState, act: Callable[[PhotoBatch, Report], None]
) -> None:
    """Do ``act`` with a batch in ``state`` under the institution's lock; faults are saved.

    The attempt is counted before the work, so that retries end for a ZIP that kills its worker.
    """
    try:
        with institution_lock(batch.institution_id):
            PhotoBatch.objects.filter(pk=batch.pk).update(attempts=F("attempts") + 1)
            batch.refresh_from_db()
            if batch.state != state:
                return  # another worker was first
            if batch.attempts > MAX_ATTEMPTS:
                raise FileFaultError(FileFault.GIVEN_UP)
            act(batch, throttled(partial(_note_done, batch)))
    except FileFaultError as error:
        if error.fault != FileFault.BUSY:
            _fail(batch, state, error.fault)


def _check(batch: PhotoBatch, report: Report) -> None:
    with open_upload(batch) as source:
        check_zip(batch, source, report)
    forget_upload(batch)
    batch.refresh_from_db(fields=["state"])
    if batch.state == PhotoBatchState.DISCARDED:  # while it was checked
        forget_all(batch)


def _take(batch: PhotoBatch, report: Report) -> None:
    """Take what waits; a ZIP of which only the file is there was checked by a version before.

    Such a one is checked again, and waits for its release.
    """
    if batch.upload and not batch.held.exists() and default_storage.exists(batch.upload):
        PhotoBatch.objects.filter(pk=batch.pk).update(
            state=PhotoBatchState.UPLOADED, attempts=0, started_at=None, taken_by=None
        )
    else:
        forget_upload(batch)  # by a worker that was killed once it had checked
        take_waiting(batch, report)


def _undo(batch: PhotoBatch, report: Report) -> None:
    exchange.give_back(batch, report)
    with transaction.atomic():
        PhotoBatch.objects.filter(pk=batch.pk).update(state=PhotoBatchState.UNDONE, undone_at=Now())
        batch.refresh_from_db()
        _write("put_photos_back", batch, batch.undone_by, undone=batch.undone)
    forget_held(batch)


def _note_done(batch: PhotoBatch, number: int) -> None:
    PhotoBatch.objects.filter(pk=batch.pk).update(done=number)


def _fail(batch: PhotoBatch, state: PhotoBatchState, fault: FileFault) -> None:
    """Save ``fault``, unless the batch has left ``state``: it was discarded meanwhile."""
    found = PhotoBatch.objects.filter(pk=batch.pk, state=state)
    is_saved = found.update(state=PhotoBatchState.FAILED, failure=fault.value)
    if state == PhotoBatchState.UPLOADED and not (is_saved and fault in PASSING):
        forget_all(batch)


def forget_all(batch: PhotoBatch) -> None:
    """Delete everything that is kept for the batch."""
    forget_upload(batch)
    forget_refused(batch)
    forget_held(batch)


def _write(act: str, batch: PhotoBatch, by: User | None, **counts: int) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk if by else None,
        subject_type="photo_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
        detail={"kind": batch.kind, **counts},
    )
