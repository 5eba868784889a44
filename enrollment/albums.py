"""Acts on photographs: keep one, import many."""

import uuid
from collections.abc import Callable
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from audit.services import record as write_trail
from enrollment.importing.photos import (
    PhotoTally,
    list_entries,
    matched,
    open_zip,
    read_entry,
)
from enrollment.importing.pictures import PhotoFaultError, Picture, prepare
from enrollment.models import Institution, Photo, PhotoKind, StudentRecord
from vault.cipher import seal


def keep_photo(
    *, record: StudentRecord, kind: PhotoKind, picture: Picture, by: User | None
) -> Photo:
    """Seal ``picture`` into storage as the record's photograph of this kind.

    The one it replaces disappears after the commit. Raises OSError when
    storage is full; nothing is left behind then.
    """
    key = uuid.uuid4()
    names = (f"photos/{key.hex[:2]}/{key}", f"photos/{key.hex[:2]}/{key}-thumbnail")
    parts = (
        seal(picture.jpeg, context=f"photo:{key}"),
        seal(picture.thumbnail, context=f"photo-thumbnail:{key}"),
    )
    try:
        for name, content in zip(names, parts, strict=True):
            default_storage.save(name, ContentFile(content))
        with transaction.atomic():
            _forget(list(Photo.objects.select_for_update().filter(record=record, kind=kind)))
            return Photo.objects.create(
                key=key,
                record=record,
                kind=kind,
                stored_as=names[0],
                thumbnail_stored_as=names[1],
                width=picture.width,
                height=picture.height,
                added_by=by,
            )
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


def import_photos(
    *,
    institution: Institution,
    kind: PhotoKind,
    source: BinaryIO,
    by: User | None,
    report: Callable[[int], None],
) -> PhotoTally:
    """Take every photograph of a ZIP that belongs to exactly one record.

    Each photograph stands for itself: what was taken stays when a later one is
    refused. Raises FileFaultError for the file, OSError when storage is full.
    """
    tally = PhotoTally()
    done = 0
    with open_zip(source) as archive:
        for pairs in matched(list_entries(archive, tally), institution, tally):
            for entry, record in pairs:
                try:
                    picture = prepare(read_entry(archive, entry))
                except PhotoFaultError as error:
                    tally.refuse(entry.name, error.fault)
                    continue
                keep_photo(record=record, kind=kind, picture=picture, by=by)
                tally.stored += 1
            done += len(pairs)
            report(done)
    write_trail(
        action="enrollment.import_photos",
        actor_id=by.pk if by else None,
        subject_type="institution",
        subject_key=institution.code,
        institution_code=institution.code,
        detail={"stored": tally.stored, "refused": len(tally.refused), "kind": kind.value},
    )
    return tally


def _forget(photos: list[Photo]) -> None:
    names = [name for photo in photos for name in (photo.stored_as, photo.thumbnail_stored_as)]
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(remove)
