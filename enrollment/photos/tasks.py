"""Celery tasks that check and import photographs."""

from functools import partial

from celery import Task, shared_task

from accounts.sweep import for_each
from enrollment.jobs.releases import end_without_right
from enrollment.jobs.uploads import enqueue_again, enqueue_next
from enrollment.models import PhotoBatch, PhotoBatchState
from enrollment.photos import retention
from enrollment.photos import services as photos


@shared_task
def check_photos(batch_id: int) -> None:
    """Check an uploaded ZIP of photographs."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.UPLOADED).first()
    if batch:
        photos.check_photos(batch)
        enqueue_next(batch, TASKS)


@shared_task
def import_photo_batch(batch_id: int) -> None:
    """Import the photographs of a released ZIP, unless another worker does.

    Where who released it has lost the right meanwhile, it waits for another registrar.
    """
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.TAKING).first()
    if batch:
        if not end_without_right(batch):
            photos.import_photo_batch(batch)
        enqueue_next(batch, TASKS)


@shared_task
def undo_photo_batch(batch_id: int) -> None:
    """Undo an import of photographs, unless another worker does; as above without the right."""
    batch = PhotoBatch.objects.filter(pk=batch_id, state=PhotoBatchState.UNDOING).first()
    if batch:
        if not end_without_right(batch):
            photos.undo_photo_batch(batch)
        enqueue_next(batch, TASKS)


@shared_task
def sweep_photo_batches() -> None:
    """Enqueue ZIPs whose task was lost or whose worker was killed."""
    for state, task in TASKS.items():
        for_each(photos.waiting_for(PhotoBatchState(state)), partial(enqueue_again, task))


@shared_task
def forget_old_photo_batches() -> None:
    """Daily: discard abandoned ZIPs, and delete what an undo would need of old ones."""
    retention.forget_old_photo_batches()


# What is to be done with a ZIP, by its state.
TASKS: "dict[str, Task[[int], None]]" = {
    PhotoBatchState.UPLOADED: check_photos,
    PhotoBatchState.TAKING: import_photo_batch,
    PhotoBatchState.UNDOING: undo_photo_batch,
}
