"""Check a ZIP of photographs and import what is good in one go, for the command line."""

from typing import BinaryIO

from django.db.models.functions import Now

from enrollment.files.images import PhotoFault
from enrollment.jobs.locking import institution_lock
from enrollment.models import Institution, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.photos.archive import PhotoTally
from enrollment.photos.names import masked_name
from enrollment.photos.services import Report, check_zip, forget_all, take_waiting
from enrollment.photos.storage import upload_name


def import_zip(
    *, institution: Institution, kind: PhotoKind, file_name: str, source: BinaryIO, report: Report
) -> PhotoTally:
    """Check a ZIP and import what is good at once, for the command line.

    Raises FileFaultError for the file, for a storage that is full or may not be written, or
    while another import of the institution runs; nothing is changed then.
    """
    batch = PhotoBatch.objects.create(
        institution=institution, kind=kind, file_name=masked_name(file_name)
    )
    try:
        with institution_lock(institution.pk):
            tally = check_zip(batch, source, report)
            # From here on the sweep goes on where a killed command left off.
            batch.move({PhotoBatchState.CHECKED}, PhotoBatchState.TAKING)
            PhotoBatch.objects.filter(pk=batch.pk).update(
                started_at=Now(), upload=upload_name(batch)
            )
            changed = take_waiting(batch, lambda done: None)
    except BaseException:
        if batch.state == PhotoBatchState.UPLOADED:
            forget_all(batch)
            batch.delete()
        raise
    tally.new, tally.replaced = batch.new, batch.replaced
    tally.refused += [(entry, PhotoFault.CHANGED) for entry in changed]
    return tally
