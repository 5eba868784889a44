"""Celery tasks of imports. The state of the batch decides what a task does."""

from functools import partial

from celery import shared_task

from accounts.sweep import for_each
from delivery.task_queue import Sendable
from enrollment.imports import pipeline, retention
from enrollment.jobs.releases import end_without_right
from enrollment.jobs.uploads import enqueue_again, enqueue_next, enqueue_upload
from enrollment.models import BatchState, ImportBatch


@shared_task
def rehearse_upload(batch_id: int) -> None:
    """Check an uploaded file, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.UPLOADED).first()
    if batch:
        pipeline.rehearse(batch)
        if batch.state == BatchState.PUBLISHING:
            enqueue_upload(publish_upload, batch)
        enqueue_next(batch, _TASKS)


@shared_task
def publish_upload(batch_id: int) -> None:
    """Publish a batch that a registrar has released, unless another worker does.

    Where the registrar has lost the right meanwhile, it waits for another one.
    """
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.PUBLISHING).first()
    if batch:
        if not end_without_right(batch):
            pipeline.publish(batch)
        enqueue_next(batch, _TASKS)


@shared_task
def sweep_batches() -> None:
    """Enqueue batches whose task was lost or whose worker was killed."""
    pipeline.release_abandoned()
    for_each(pipeline.waiting(BatchState.UPLOADED), partial(enqueue_again, rehearse_upload))
    for_each(pipeline.waiting(BatchState.PUBLISHING), partial(enqueue_again, publish_upload))


@shared_task
def forget_old_batches() -> None:
    """Daily: discard abandoned files, and what is kept for an undo that is no longer possible."""
    retention.forget_unpublished()
    retention.forget_before_images()


_TASKS: dict[str, Sendable] = {
    BatchState.UPLOADED: rehearse_upload,
    BatchState.PUBLISHING: publish_upload,
}
