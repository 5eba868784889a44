"""Delete what is kept for a ZIP of photographs once nobody needs it any more."""

from django.db.models.functions import Now

from accounts.sweep import for_each
from enrollment.models import PhotoBatch, PhotoBatchState
from enrollment.photos.refused import forget_refused
from enrollment.photos.services import OPEN, RETENTION, discard_photos
from enrollment.photos.staging import forget_held


def forget_old_photo_batches() -> None:
    """Discard abandoned ZIPs; delete what an undo of others would need after RETENTION."""
    before = Now() - RETENTION
    old = PhotoBatch.objects.filter(state__in=OPEN, created_at__lt=before)
    for_each(old, lambda batch: discard_photos(batch=batch))
    ended = PhotoBatch.objects.filter(ended_at__lt=before).exclude(state=PhotoBatchState.UNDOING)
    for_each(ended.filter(ended_at__gt=before - 2 * RETENTION), forget_refused)
    discarded = PhotoBatch.objects.filter(state=PhotoBatchState.DISCARDED)
    for_each((ended | discarded).filter(held__isnull=False).distinct(), forget_held)
