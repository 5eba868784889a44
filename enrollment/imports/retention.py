"""Deletion of unpublished files and of undo data after their retention period."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.sweep import for_each
from database.clock import database_now
from enrollment.files.sealed import forget_left
from enrollment.imports import storage
from enrollment.imports.services import discard_batch
from enrollment.models import BatchState, ImportBatch, RecordBefore
from enrollment.records.replaced_phones import PHONE_CHANGE_PERIOD

_UNPUBLISHED = (BatchState.UPLOADED, BatchState.REHEARSED, BatchState.FAILED)
_ENDED = (BatchState.PUBLISHED, BatchState.UNDONE, BatchState.DISCARDED)


def discarded_at(batch: ImportBatch) -> datetime:
    """When a file is discarded unless it is published before."""
    return batch.created_at + timedelta(days=settings.UNPUBLISHED_DAYS)


def forget_unpublished() -> None:
    """Discard files that were uploaded ``UNPUBLISHED_DAYS`` ago and not published.

    Discarding corrected rows opens the file they correct again, so this goes on until
    nothing is left. Files whose removal was interrupted after their end are deleted too.
    """
    while for_each(_uploaded_before(_UNPUBLISHED), _discard):
        pass
    recently = Now() - timedelta(days=2 * settings.UNPUBLISHED_DAYS)
    for_each(_uploaded_before(_ENDED).filter(created_at__gt=recently), storage.forget)
    before = database_now() - timedelta(days=settings.UNPUBLISHED_DAYS)
    forget_left(storage.UPLOADS, ImportBatch.objects.all(), before)


def forget_before_images() -> None:
    """Delete the records as they were before publications that are too old to be undone."""
    days = max(settings.UNDO_DAYS, PHONE_CHANGE_PERIOD.days)
    before = Now() - timedelta(days=days)
    RecordBefore.objects.filter(batch__published_at__lt=before).delete()


def _uploaded_before(states: tuple[BatchState, ...]) -> QuerySet[ImportBatch]:
    before = Now() - timedelta(days=settings.UNPUBLISHED_DAYS)
    return ImportBatch.objects.filter(state__in=states, created_at__lt=before).order_by("-pk")


def _discard(batch: ImportBatch) -> bool:
    discard_batch(batch=batch)
    return True
