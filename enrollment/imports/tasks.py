"""Celery tasks of imports. The state of the batch decides what a task does."""

from celery import Task, shared_task

from accounts.sweep import for_each
from delivery.task_queue import enqueue
from enrollment.imports import pipeline, retention
from enrollment.models import (
    BatchState,
    ImportBatch,
)


def enqueue_import(task: "Task[[int], None]", batch: ImportBatch) -> None:
    """Enqueue ``task``, unless an earlier file is busy: its task then enqueues the next."""
    if not pipeline.waits_behind_another(batch):
        enqueue(task, batch.pk)


@shared_task
def rehearse_upload(batch_id: int) -> None:
    """Check an uploaded file, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.UPLOADED).first()
    if batch:
        pipeline.rehearse(batch)
        if batch.state == BatchState.PUBLISHING:
            enqueue_import(publish_upload, batch)
        _enqueue_next(batch)


@shared_task
def publish_upload(batch_id: int) -> None:
    """Publish a batch that a registrar has released, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.PUBLISHING).first()
    if batch:
        pipeline.publish(batch)
        _enqueue_next(batch)


@shared_task
def sweep_batches() -> None:
    """Enqueue batches whose task was lost or whose worker was killed."""
    pipeline.release_abandoned()
    for_each(pipeline.waiting(BatchState.UPLOADED), rehearse_upload)
    for_each(pipeline.waiting(BatchState.PUBLISHING), publish_upload)


@shared_task
def forget_old_batches() -> None:
    """Daily: discard abandoned files, and what is kept for an undo that is no longer possible."""
    retention.forget_unpublished()
    retention.forget_before_images()


def _enqueue_next(batch: ImportBatch) -> None:
    """Enqueue the next file of the institution, which waited for this one."""
    if batch.state in {BatchState.UPLOADED, BatchState.PUBLISHING}:
        return  # this file is queued again itself
    waiting = ImportBatch.objects.filter(institution=batch.institution_id).exclude(upload="")
    tasks = {BatchState.UPLOADED: rehearse_upload, BatchState.PUBLISHING: publish_upload}
    found = waiting.filter(state__in=tasks).exclude(pk=batch.pk).order_by("pk").first()
    if found:
        enqueue(tasks[BatchState(found.state)], found.pk)
