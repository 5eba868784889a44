"""Background work of the registry. The batch's state is the truth; a task is only a doorbell."""

from celery import shared_task

from enrollment import uploaded
from enrollment.models import BatchState, ImportBatch


@shared_task
def rehearse_upload(batch_id: int) -> None:
    """Check an uploaded file, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.UPLOADED).first()
    if batch:
        uploaded.rehearse(batch)


@shared_task
def publish_upload(batch_id: int) -> None:
    """Publish a batch that a registrar has released, unless another worker does."""
    batch = ImportBatch.objects.filter(pk=batch_id, state=BatchState.PUBLISHING).first()
    if batch:
        uploaded.publish(batch)


@shared_task
def sweep_batches() -> None:
    """Take up what a lost doorbell or a killed worker left lying."""
    uploaded.release_abandoned()
    for batch_id in uploaded.waiting(BatchState.UPLOADED):
        rehearse_upload(batch_id)
    for batch_id in uploaded.waiting(BatchState.PUBLISHING):
        publish_upload(batch_id)
