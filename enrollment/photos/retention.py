"""Delete what is kept for a ZIP of photographs when its time is over."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.sweep import for_each
from database.clock import database_now
from enrollment.files.sealed import forget_left, forget_unnamed
from enrollment.models import BatchPhoto, Photo, PhotoBatch, PhotoBatchState
from enrollment.photos.refused import forget_refused
from enrollment.photos.services import OPEN, RETENTION, discard_photos, forget_all
from enrollment.photos.staging import forget_held, forget_waiting
from enrollment.photos.storage import PHOTOS, UPLOADS

# A command that has not ended after this time was killed.
COMMAND_TAKES = timedelta(days=1)


def forget_old_photo_batches() -> None:
    """Discard abandoned ZIPs; delete what an undo of others would need after RETENTION."""
    before = Now() - RETENTION
    old = PhotoBatch.objects.filter(state__in=OPEN, created_at__lt=before)
    for_each(old | _killed_commands(), lambda batch: discard_photos(batch=batch))
    ended = PhotoBatch.objects.filter(ended_at__lt=before).exclude(state=PhotoBatchState.UNDOING)
    for_each(ended.filter(ended_at__gt=before - 2 * RETENTION), forget_refused)
    over = PhotoBatch.objects.filter(state__in=(PhotoBatchState.DISCARDED, PhotoBatchState.UNDONE))
    for_each((ended | over).filter(held__isnull=False).distinct(), forget_held)
    # What the storage refused to delete, or a killed worker has left.
    taken = PhotoBatch.objects.filter(state=PhotoBatchState.TAKEN, held__replaced=False)
    for_each(taken.distinct(), forget_waiting)
    discarded = over.filter(state=PhotoBatchState.DISCARDED)
    for_each(discarded.filter(created_at__gt=before - 2 * RETENTION), forget_all)
    forget_left(UPLOADS, PhotoBatch.objects.all(), database_now() - RETENTION)
    rows = [Photo.objects.all(), BatchPhoto.objects.all()]
    forget_unnamed(PHOTOS, rows, "stored_as", "thumbnail_stored_as")


def _killed_commands() -> QuerySet[PhotoBatch]:
    """ZIPs whose check from the command line did not end, which alone has the file."""
    begun = PhotoBatch.objects.filter(state=PhotoBatchState.UPLOADED, upload="")
    return begun.filter(created_at__lt=Now() - COMMAND_TAKES)
