"""Store photographs encrypted: one, or those of a ZIP."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.services import record_action
from enrollment.files.faults import disk_errors_as_faults
from enrollment.files.images import PhotoFault, Picture
from enrollment.jobs.locking import institution_lock
from enrollment.models import Institution, Photo, PhotoBatch, PhotoKind, StudentRecord
from enrollment.photos.archive import Entry, PhotoTally, belonging, open_zip
from enrollment.photos.processing import SealedPicture, process_entries, sealed

# Number of photographs that are written and committed together.
GROUP = 50


@dataclass(frozen=True)
class PhotoSource:
    """Kind of the photographs, the account that adds them, and their ZIP if uploaded by browser."""

    kind: PhotoKind
    by: User | None
    batch: PhotoBatch | None = None


def keep_photo(
    *, record: StudentRecord, kind: PhotoKind, picture: Picture, by: User | None
) -> Photo:
    """Store ``picture`` encrypted as the record's photograph of this kind.

    A replaced photograph is deleted after the commit. Raises OSError when storage is
    full; the files written so far are deleted then.
    """
    _keep({record.pk: sealed(picture)}, PhotoSource(kind, by))
    return Photo.objects.get(record=record, kind=kind)


def import_photos(
    *,
    institution: Institution,
    album: PhotoSource,
    source: BinaryIO,
    report: Callable[[int], None],
) -> PhotoTally:
    """Import the photographs of a ZIP that match exactly one record; returns the counts.

    Photographs are independent: those imported stay when a later one is refused.
    Raises FileFaultError for the file, for a storage that is full or may not be written, or
    while another import of the institution runs.
    """
    tally = PhotoTally()
    with disk_errors_as_faults(), institution_lock(institution.pk):
        with open_zip(source) as archive:
            pairs = belonging(archive, institution, tally)
            known = _known_marks([record_id for _, record_id in pairs], album)
            marks = [known[record_id].mark for _, record_id in pairs]
            entries = [entry for entry, _ in pairs]
            with closing(process_entries(source, archive, entries, marks)) as processed:
                group: dict[int, SealedPicture] = {}
                for done, (at, outcome) in enumerate(processed, start=1):
                    entry, record_id = pairs[at]
                    if isinstance(outcome, SealedPicture):
                        group[record_id] = outcome
                    else:
                        _count(outcome, entry, known[record_id], tally)
                    if len(group) == GROUP or done == len(pairs):
                        replaced = _keep(group, album)
                        tally.replaced += replaced
                        tally.new += len(group) - replaced
                        group = {}
                    report(done)
        _write(institution, album, tally)
    return tally


@dataclass(frozen=True)
class _Known:
    """Source mark of the stored photograph, and whether the same ZIP has added it."""

    mark: bytes | None = None
    of_this_batch: bool = False


def _known_marks(record_ids: Sequence[int], album: PhotoSource) -> dict[int, _Known]:
    photos = Photo.objects.filter(record__in=record_ids, kind=album.kind)
    known = dict.fromkeys(record_ids, _Known())
    for record_id, mark, batch_id in photos.values_list("record", "source_mark", "taken_in"):
        of_this = album.batch is not None and batch_id == album.batch.pk
        known[record_id] = _Known(bytes(mark) if mark else None, of_this)
    return known


def _count(outcome: PhotoFault | None, entry: Entry, known: _Known, tally: PhotoTally) -> None:
    if outcome is not None:
        tally.refuse(entry.name, outcome)
    elif not known.of_this_batch:  # else an earlier attempt has counted the entry
        tally.same += 1


def _keep(pictures: dict[int, SealedPicture], album: PhotoSource) -> int:
    """Store pictures by record id, all or none; returns how many replaced an older one."""
    photos = [
        Photo(
            key=picture.key,
            record_id=record_id,
            kind=album.kind,
            stored_as=f"photos/{picture.key.hex[:2]}/{picture.key}",
            thumbnail_stored_as=f"photos/{picture.key.hex[:2]}/{picture.key}-thumbnail",
            width=picture.width,
            height=picture.height,
            source_mark=picture.source_mark,
            added_by=album.by,
            taken_in=album.batch,
        )
        for record_id, picture in pictures.items()
    ]
    files: dict[str, bytes] = {}
    for photo, picture in zip(photos, pictures.values(), strict=True):
        files |= {photo.stored_as: picture.jpeg, photo.thumbnail_stored_as: picture.thumbnail}
    try:
        _save(files)
        with transaction.atomic():
            older = Photo.objects.select_for_update().filter(record__in=pictures, kind=album.kind)
            replaced = _forget(list(older))
            Photo.objects.bulk_create(photos)
            if album.batch:
                PhotoBatch.objects.filter(pk=album.batch.pk).update(
                    new=F("new") + len(photos) - replaced, replaced=F("replaced") + replaced
                )
        return replaced
    except BaseException:
        for name in files:
            default_storage.delete(name)
        raise


def _save(files: dict[str, bytes]) -> None:
    """Write files under new names, in parallel where the storage supports that."""
    side_by_side = getattr(default_storage, "save_new", None)
    if side_by_side:
        side_by_side(files)
        return
    for name, content in files.items():
        default_storage.save(name, ContentFile(content))


def _forget(photos: list[Photo]) -> int:
    names = [name for photo in photos for name in (photo.stored_as, photo.thumbnail_stored_as)]
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(remove)
    return len(photos)


def _write(institution: Institution, album: PhotoSource, tally: PhotoTally) -> None:
    subject = album.batch or institution
    record_action(
        action="enrollment.import_photos",
        actor_id=album.by.pk if album.by else None,
        subject_type="photo_batch" if album.batch else "institution",
        subject_key=subject.key if isinstance(subject, PhotoBatch) else subject.code,
        institution_code=institution.code,
        detail={
            "kind": album.kind.value,
            "stored": tally.stored,
            "same": tally.same,
            "refused": len(tally.refused),
        },
    )
