"""The contact sheet of a ZIP: each photograph beside whose it is and what it replaces."""

import logging
from base64 import b64encode
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from enrollment.models import BatchPhoto, Photo, PhotoBatch, PhotoBatchState, StudentRecord
from enrollment.models.photo import StoredPhoto
from enrollment.photos.exchange import has_changed
from vault.cipher import UnsealError, unseal

logger = logging.getLogger(__name__)
PAGE = 24


@dataclass(frozen=True)
class Frame:
    """A new photograph, its record, its name in the ZIP, and the one that it replaces.

    Pictures are data addresses, empty where the file is gone or damaged: one page is one look,
    which is counted and written to the trail once.
    """

    record: StudentRecord
    picture: str
    entry: str
    earlier: str


def has_sheet(batch: PhotoBatch) -> bool:
    """Whether there are photographs to look at."""
    return batch.state in (PhotoBatchState.CHECKED, PhotoBatchState.TAKEN) and bool(
        _new(batch).exists()
    )


def page_of(batch: PhotoBatch, number: str | None) -> tuple[list[Frame], Page[StoredPhoto]]:
    """One page of the sheet, before and after the import: two queries a page, and the count."""
    page = Paginator(_new(batch), PAGE).get_page(number)
    new = list(page.object_list)
    earlier = {row.record_id: row for row in _earlier(batch, [photo.record_id for photo in new])}
    frames = [
        Frame(
            photo.record,
            _data_address(photo),
            getattr(photo, "entry", ""),
            _data_address(earlier.get(photo.record_id)),
        )
        for photo in new
    ]
    return frames, page


def _new(batch: PhotoBatch) -> QuerySet[BatchPhoto] | QuerySet[Photo]:
    if batch.state == PhotoBatchState.CHECKED:
        return batch.held.filter(replaced=False).select_related("record").order_by("pk")
    # A record that has another name or number by now may be another person's.
    return batch.photos.filter(~has_changed()).select_related("record").order_by("pk")


def _earlier(batch: PhotoBatch, records: list[int]) -> QuerySet[BatchPhoto] | QuerySet[Photo]:
    if batch.state == PhotoBatchState.CHECKED:
        return Photo.objects.filter(record__in=records, kind=batch.kind)
    return batch.held.filter(record__in=records, replaced=True)


def _data_address(photo: StoredPhoto | None) -> str:
    if photo is None:
        return ""
    try:
        with default_storage.open(photo.thumbnail_stored_as) as file:
            jpeg = unseal(file.read(), context=f"photo-thumbnail:{photo.key}")
    except FileNotFoundError:
        return ""
    except UnsealError:
        logger.error("A photo in storage is damaged: %s", photo.thumbnail_stored_as)
        return ""
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
