"""Background work of the import. The batch's state decides; a task only starts the work."""

from celery import Task, shared_task

from accounts.sweep import for_each
from enrollment.imports import pipeline
from enrollment.jobs import queue
from enrollment.models import (
    BatchState,
    ImportBatch,
)


def enqueue_import(task: "Task[[int], None]", batch: ImportBatch) -> None:
    """Enqueue ``task``, unless an earlier file of the institution does so when it has ended."""
    if not pipeline.waits_behind_another(batch):
        queue.enqueue(task, batch)


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
    """Take up what a lost doorbell or a killed worker left lying."""
    pipeline.release_abandoned()
    for_each(pipeline.waiting(BatchState.UPLOADED), rehearse_upload)
    for_each(pipeline.waiting(BatchState.PUBLISHING), publish_upload)


def _enqueue_next(batch: ImportBatch) -> None:
    """Enqueue the institution's next file, which waited for this one to end."""
    if batch.state in {BatchState.UPLOADED, BatchState.PUBLISHING}:
        return  # it waits itself
    waiting = ImportBatch.objects.filter(institution=batch.institution_id).exclude(upload="")
    tasks = {BatchState.UPLOADED: rehearse_upload, BatchState.PUBLISHING: publish_upload}
    found = waiting.filter(state__in=tasks).exclude(pk=batch.pk).order_by("pk").first()
    if found:
        queue.enqueue(tasks[BatchState(found.state)], found)
