"""Celery tasks that check and import photographs."""

from celery import Task, shared_task

from accounts.sweep import for_each
from delivery.task_queue import enqueue
from enrollment.models import (
    PhotoBatch,
    PhotoBatchState,
)
from enrollment.photos import services as photos


def enqueue_photos(task: "Task[[int], None]", batch: PhotoBatch) -> None:
    """Enqueue ``task``, unless an earlier ZIP is busy: its task then enqueues the next."""
    if not photos.waits_behind_another(batch):
        enqueue(task, batch.pk)


@shared_task
def check_photos(batch_id: int) -> None:
    """Check an uploaded ZIP of photographs."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.UPLOADED).first()
    if batch:
        photos.check_photos(batch)
        _enqueue_next_photos(batch)


@shared_task
def import_photo_batch(batch_id: int) -> None:
    """Import the photographs of a released ZIP, unless another worker does."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.TAKING).first()
    if batch:
        photos.import_photo_batch(batch)
        _enqueue_next_photos(batch)


@shared_task
def sweep_photo_batches() -> None:
    """Enqueue ZIPs whose task was lost or whose worker was killed."""
    for_each(photos.waiting_for(PhotoBatchState.UPLOADED), check_photos)
    for_each(photos.waiting_for(PhotoBatchState.TAKING), import_photo_batch)


@shared_task
def forget_old_photo_batches() -> None:
    """Daily: discard abandoned ZIPs and delete old refusal lists."""
    photos.forget_old_photo_batches()


def _enqueue_next_photos(batch: PhotoBatch) -> None:
    """Enqueue the next ZIP of the institution, which waited for this one."""
    tasks = {PhotoBatchState.UPLOADED: check_photos, PhotoBatchState.TAKING: import_photo_batch}
    waiting = PhotoBatch.objects.filter(institution=batch.institution_id, state__in=tasks)
    if not waiting.filter(pk=batch.pk).exists() and (found := waiting.order_by("pk").first()):
        enqueue(tasks[PhotoBatchState(found.state)], found.pk)
