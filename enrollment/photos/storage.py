"""Files of photographs and of their ZIPs in storage."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from database.commit_hooks import after_commit
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import Picture
from enrollment.files.sealed import keep_sealed, open_sealed
from enrollment.models import Photo, PhotoBatch, PhotoKind, StudentRecord
from enrollment.models.photo import StoredPhoto
from enrollment.photos.processing import SealedPicture, sealed

UPLOADS = "photo-batches"
PHOTOS = "photos"


def columns_of(picture: SealedPicture) -> dict[str, object]:
    """The columns of the row that holds ``picture``."""
    name = f"{PHOTOS}/{picture.key.hex[:2]}/{picture.key}"
    return {
        "key": picture.key,
        "stored_as": name,
        "thumbnail_stored_as": f"{name}-thumbnail",
        "width": picture.width,
        "height": picture.height,
        "source_mark": picture.source_mark,
    }


def keep_photo(
    *, record: StudentRecord, kind: PhotoKind, picture: Picture, by: User | None
) -> Photo:
    """Store ``picture`` encrypted as the record's photograph of this kind.

    A replaced photograph is deleted after the commit. Raises OSError when storage is
    full; the files written so far are deleted then.
    """
    made = sealed(picture)
    photo = Photo(record=record, kind=kind, added_by=by, **columns_of(made))
    with written([(photo, made)]), transaction.atomic():
        older = list(Photo.objects.select_for_update().filter(record=record, kind=kind))
        Photo.objects.filter(pk__in=[one.pk for one in older]).delete()
        photo.save()
        after_commit(delete_files, older)
    return photo


@contextmanager
def written(pictures: Iterable[tuple[StoredPhoto, SealedPicture]]) -> Iterator[None]:
    """Write the files of ``pictures``, and delete them again if the block fails."""
    files: dict[str, bytes] = {}
    for photo, picture in pictures:
        files |= {photo.stored_as: picture.jpeg, photo.thumbnail_stored_as: picture.thumbnail}
    try:
        _save(files)
        yield
    except BaseException:
        for name in files:
            default_storage.delete(name)
        raise


def delete_files(photos: Iterable[StoredPhoto]) -> None:
    """Delete the files of ``photos``."""
    for photo in photos:
        for name in photo.files:
            default_storage.delete(name)


def keep_upload(batch: PhotoBatch, source: BinaryIO) -> str:
    """Store the ZIP of ``batch`` sealed; returns its name. Raises FileFaultError (disk)."""
    return keep_sealed(upload_name(batch), source, _context(batch))


def open_upload(batch: PhotoBatch) -> BinaryIO:
    """The ZIP of ``batch``. Raises FileFaultError, also where it is gone."""
    try:
        return open_sealed(batch.upload, _context(batch))
    except FileNotFoundError as error:
        raise FileFaultError(FileFault.NOT_A_ZIP) from error


def forget_upload(batch: PhotoBatch) -> None:
    """Delete the ZIP of ``batch``."""
    uploads = PhotoBatch.objects.filter(pk=batch.pk).values_list("upload", flat=True)
    for name in {upload_name(batch), *uploads} - {""}:  # key rotation may have renamed it
        default_storage.delete(name)


def upload_name(batch: PhotoBatch) -> str:
    """The name under which the ZIP is kept until it is checked."""
    return f"{UPLOADS}/{batch.key}/file"


def _context(batch: PhotoBatch) -> str:
    return f"photo-batch-file:{batch.key}"


def _save(files: dict[str, bytes]) -> None:
    """Write files under new names, in parallel where the storage supports that."""
    side_by_side = getattr(default_storage, "save_new", None)
    if side_by_side:
        side_by_side(files)
        return
    for name, content in files.items():
        default_storage.save(name, ContentFile(content))
