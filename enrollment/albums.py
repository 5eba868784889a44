"""Acts on photographs: keep one, import many."""

from collections.abc import Callable
from contextlib import closing
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from audit.services import record as write_trail
from enrollment.importing.darkroom import SealedPicture, develop, sealed
from enrollment.importing.photos import PhotoTally, list_entries, matched, one_each, open_zip
from enrollment.importing.pictures import PhotoFault, Picture
from enrollment.models import Institution, Photo, PhotoKind, StudentRecord

# So many photographs are written and committed together.
GROUP = 50


def keep_photo(
    *, record: StudentRecord, kind: PhotoKind, picture: Picture, by: User | None
) -> Photo:
    """Seal ``picture`` into storage as the record's photograph of this kind.

    The one it replaces disappears after the commit. Raises OSError when
    storage is full; nothing is left behind then.
    """
    return _keep({record.pk: sealed(picture)}, kind, by)[0]


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
    with open_zip(source) as archive:
        pairs = one_each(matched(list_entries(archive, tally), institution, tally), tally)
        group: dict[int, SealedPicture] = {}
        with closing(develop(source, archive, [entry for entry, _ in pairs])) as developed:
            for done, (at, outcome) in enumerate(developed, start=1):
                entry, record_id = pairs[at]
                if isinstance(outcome, PhotoFault):
                    tally.refuse(entry.name, outcome)
                else:
                    group[record_id] = outcome
                if len(group) == GROUP or done == len(pairs):
                    tally.stored += len(_keep(group, kind, by))
                    group = {}
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


def _keep(pictures: dict[int, SealedPicture], kind: PhotoKind, by: User | None) -> list[Photo]:
    """Store pictures by the id of their record, all of them or none."""
    photos = [
        Photo(
            key=picture.key,
            record_id=record_id,
            kind=kind,
            stored_as=f"photos/{picture.key.hex[:2]}/{picture.key}",
            thumbnail_stored_as=f"photos/{picture.key.hex[:2]}/{picture.key}-thumbnail",
            width=picture.width,
            height=picture.height,
            added_by=by,
        )
        for record_id, picture in pictures.items()
    ]
    try:
        for photo, picture in zip(photos, pictures.values(), strict=True):
            default_storage.save(photo.stored_as, ContentFile(picture.jpeg))
            default_storage.save(photo.thumbnail_stored_as, ContentFile(picture.thumbnail))
        with transaction.atomic():
            older = Photo.objects.select_for_update().filter(record__in=pictures, kind=kind)
            _forget(list(older))
            return Photo.objects.bulk_create(photos)
    except BaseException:
        for photo in photos:
            default_storage.delete(photo.stored_as)
            default_storage.delete(photo.thumbnail_stored_as)
        raise


def _forget(photos: list[Photo]) -> None:
    names = [name for photo in photos for name in (photo.stored_as, photo.thumbnail_stored_as)]
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(remove)
