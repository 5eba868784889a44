"""Check the pictures of a ZIP and keep those that a record would get, until they are released."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from database.clock import database_now
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import PhotoFault
from enrollment.models import BatchPhoto, Photo, PhotoBatch, PhotoBatchState
from enrollment.photos.archive import Entry, PhotoTally, belonging
from enrollment.photos.names import masked_name
from enrollment.photos.processing import SealedPicture, process_entries
from enrollment.photos.storage import columns_of, delete_files, written

# Number of photographs that are written and committed together.
GROUP = 50

Pairs = Sequence[tuple[Entry, int]]


def keep_waiting(
    batch: PhotoBatch, source: BinaryIO, archive: zipfile.ZipFile, report: Callable[[int], None]
) -> PhotoTally:
    """Keep every good picture that belongs to exactly one record; returns what was refused.

    Pictures that an earlier attempt has kept are not opened again, nor those that were made
    from the very file of the record's photograph. Raises FileFaultError.
    """
    tally, since = PhotoTally(), database_now()
    pairs = belonging(archive, batch.institution, tally)
    _forget_half_written(batch)
    kept = set(batch.held.values_list("record", flat=True))
    missing = [pair for pair in pairs if pair[1] not in kept]
    _expect(batch, [record_id for _, record_id in pairs])
    marks = _known_marks(batch, [record_id for _, record_id in missing])
    known = [marks.get(record_id) for _, record_id in missing]
    entries = [entry for entry, _ in missing]
    with closing(process_entries(source, archive, entries, known)) as processed:
        group: dict[int, tuple[Entry, SealedPicture]] = {}
        for done, (at, outcome) in enumerate(processed, start=len(pairs) - len(missing) + 1):
            entry, record_id = missing[at]
            if isinstance(outcome, SealedPicture):
                group[record_id] = entry, outcome
            else:
                _count(outcome, entry, tally)
            if len(group) == GROUP or done == len(pairs):
                _keep(batch, group, since)
                group = {}
            report(done)
    return tally


def expected(batch: PhotoBatch) -> tuple[int, int]:
    """How many waiting photographs are for records without one, and for those with one."""
    has_one = Q(record__photos__kind=batch.kind)
    waiting = batch.held.filter(replaced=False)
    counted = waiting.aggregate(all=Count("pk", distinct=True))["all"]
    replacing = waiting.filter(has_one).count()
    return counted - replacing, replacing


def unlooked_same(batch: PhotoBatch) -> int:
    """How many photographs were the records' own at the check and may be no more.

    They are not kept, so that the import of another ZIP since, or its undo, has the last word.
    """
    others = PhotoBatch.objects.filter(institution=batch.institution_id, kind=batch.kind)
    since = Q(ended_at__gt=batch.created_at) | Q(undone_at__gt=batch.created_at)
    return batch.same if others.exclude(pk=batch.pk).filter(since).exists() else 0


def forget_waiting(batch: PhotoBatch) -> None:
    """Delete the photographs that wait for the batch's release."""
    _forget(batch.held.filter(replaced=False))


def forget_held(batch: PhotoBatch) -> None:
    """Delete the photographs that wait for the batch, and those that it replaced."""
    _forget(batch.held.all())


def _forget(held: QuerySet[BatchPhoto]) -> None:
    """Delete the files before their rows: what is interrupted can be found and done again."""
    while group := list(held.order_by("pk")[: 20 * GROUP]):
        delete_files(group)
        BatchPhoto.objects.filter(pk__in=[one.pk for one in group]).delete()


def _forget_half_written(batch: PhotoBatch) -> None:
    """Delete the last rows of an attempt that was killed before it had written their files."""
    last = list(batch.held.order_by("-pk")[:GROUP])
    half = [one for one in last if not all(default_storage.exists(name) for name in one.files)]
    _forget(batch.held.filter(pk__in=[one.pk for one in half]))


def _expect(batch: PhotoBatch, records: Sequence[int]) -> None:
    """Note how much there is to do, for the progress of the check."""
    replacing = Photo.objects.filter(record__in=records, kind=batch.kind).count()
    PhotoBatch.objects.filter(pk=batch.pk).update(
        fresh=len(records) - replacing, replacing=replacing
    )


def _known_marks(batch: PhotoBatch, records: Sequence[int]) -> dict[int, bytes]:
    photos = Photo.objects.filter(record__in=records, kind=batch.kind)
    marks = photos.values_list("record", "source_mark")
    return {record: bytes(mark) for record, mark in marks if mark is not None}


def _count(outcome: PhotoFault | None, entry: Entry, tally: PhotoTally) -> None:
    if outcome is None:
        tally.same += 1
    else:
        tally.refuse(entry.name, outcome)


def _keep(
    batch: PhotoBatch, pictures: Mapping[int, tuple[Entry, SealedPicture]], since: datetime
) -> None:
    """Store pictures by record id, all or none; ``since`` is when they met their records.

    The rows come first: a worker that is killed leaves no file that no row names. A discard
    waits until the files are there. Raises FileFaultError if the batch was discarded meanwhile.
    """
    rows = [
        (
            BatchPhoto(
                batch=batch, record_id=record_id, entry=masked_name(entry.name),
                added_at=since, added_by=batch.created_by, **columns_of(picture),
            ),
            picture,
        )
        for record_id, (entry, picture) in pictures.items()
    ]  # fmt: skip
    made = BatchPhoto.objects.bulk_create(row for row, _ in rows)
    try:
        with transaction.atomic():
            still = PhotoBatch.objects.filter(pk=batch.pk, state=PhotoBatchState.UPLOADED)
            if still.select_for_update(no_key=True).first() is None:
                raise FileFaultError(FileFault.INTERRUPTED)
            with written(rows):
                pass
    except BaseException:
        BatchPhoto.objects.filter(pk__in=[row.pk for row in made]).delete()
        raise
