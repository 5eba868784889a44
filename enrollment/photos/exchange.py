"""Give records the photographs of a ZIP, and give the earlier ones back.

Both change rows alone, group by group, and go on where they were interrupted: a photograph that
a record gives up is kept by the batch in place of the one that it brought.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from enrollment.fields.catalogue import NUMBERS
from enrollment.models import BatchPhoto, FieldChange, Photo, PhotoBatch

GROUP = 500
# A record in which one of these has changed may be another person's.
_IDENTITY = ("name", "certificate_number", *NUMBERS)


def left_out(batch: PhotoBatch) -> list[str]:
    """The entries of photographs that still wait: their record has another name or number now."""
    return list(batch.held.filter(replaced=False).order_by("pk").values_list("entry", flat=True))


def give(batch: PhotoBatch, report: Callable[[int], None]) -> None:
    """Make the waiting photographs of ``batch`` those of their records, but for changed ones."""
    while _give_group(batch):
        batch.refresh_from_db(fields=["new", "replaced"])
        report(batch.new + batch.replaced)


def give_back(batch: PhotoBatch, report: Callable[[int], None]) -> None:
    """Give the records the photographs back that they had before ``batch``, or none.

    A photograph that has been replaced since stays, and so does that of a record which may be
    another person's by now. The batch holds those that it had brought until they are deleted.
    If the later batch is undone as well, the photograph before both comes back.
    """
    while _give_back_group(batch):
        batch.refresh_from_db(fields=["undone"])
        report(batch.undone)
    while _pass_on_group(batch):
        pass


@transaction.atomic
def _give_group(batch: PhotoBatch) -> int:
    by = batch.taken_by_id
    waiting = batch.held.select_for_update(of=("self",)).filter(~has_changed(), replaced=False)
    brought = {row.record_id: row for row in waiting.order_by("record")[:GROUP]}
    present = Photo.objects.select_for_update().filter(record__in=brought, kind=batch.kind)
    older = {photo.record_id: photo for photo in present.order_by("record")}
    _remove(list(older.values()))
    Photo.objects.bulk_create(
        Photo(
            **row.stored | {"added_at": Now(), "added_by_id": by, "taken_in_id": batch.pk},
            **_of(row, batch),
        )
        for row in brought.values()
    )
    BatchPhoto.objects.filter(pk__in=[row.pk for row in brought.values()]).delete()
    BatchPhoto.objects.bulk_create(
        BatchPhoto(**photo.stored, batch=batch, record_id=photo.record_id, replaced=True)
        for photo in older.values()
    )
    PhotoBatch.objects.filter(pk=batch.pk).update(
        new=F("new") + len(brought) - len(older), replaced=F("replaced") + len(older)
    )
    return len(brought)


@transaction.atomic
def _give_back_group(batch: PhotoBatch) -> int:
    theirs = batch.photos.select_for_update().filter(~has_changed(), kind=batch.kind)
    brought = list(theirs.order_by("record")[:GROUP])
    kept = batch.held.filter(record__in=[photo.record_id for photo in brought], replaced=True)
    earlier = list(kept.order_by("record"))
    _remove(brought)
    Photo.objects.bulk_create(Photo(**row.stored, **_of(row, batch)) for row in earlier)
    BatchPhoto.objects.filter(pk__in=[row.pk for row in earlier]).delete()
    BatchPhoto.objects.bulk_create(
        BatchPhoto(**photo.stored, batch=batch, record_id=photo.record_id) for photo in brought
    )
    PhotoBatch.objects.filter(pk=batch.pk).update(undone=F("undone") + len(brought))
    return len(brought)


@transaction.atomic
def _pass_on_group(batch: PhotoBatch) -> int:
    """Let later batches keep what ``batch`` has replaced, in place of what it had brought."""
    later = BatchPhoto.objects.filter(taken_in=batch, replaced=True).exclude(batch=batch)
    brought = list(later.select_for_update().order_by("record")[:GROUP])
    holders = {row.record_id: row.batch_id for row in brought}
    kept = batch.held.filter(record__in=holders, replaced=True)
    earlier = list(kept.order_by("record"))
    BatchPhoto.objects.filter(pk__in=[row.pk for row in [*brought, *earlier]]).delete()
    BatchPhoto.objects.bulk_create(
        BatchPhoto(
            **row.stored, batch_id=holders[row.record_id], record_id=row.record_id, replaced=True
        )
        for row in earlier
    )
    BatchPhoto.objects.bulk_create(
        BatchPhoto(**row.stored, batch=batch, record_id=row.record_id) for row in brought
    )
    return len(brought)


def has_changed() -> Exists:
    """Whether the record of a photograph has got another name or number since it was added."""
    changes = FieldChange.objects.filter(record=OuterRef("record"), field__in=_IDENTITY)
    return Exists(changes.filter(changed_at__gte=OuterRef("added_at")))


def _remove(photos: list[Photo]) -> None:
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()


def _of(row: BatchPhoto, batch: PhotoBatch) -> dict[str, object]:
    return {"record_id": row.record_id, "kind": batch.kind}
