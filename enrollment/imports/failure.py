"""The failure of an import batch."""

from django.db import transaction

from enrollment.files.faults import FileFaultError
from enrollment.imports.staging.tables import drop_staging, staging_name
from enrollment.models import BatchState, ImportBatch


def fail_batch(*, batch: ImportBatch, error: FileFaultError) -> None:
    """Save the fault that ended a job on the batch, and drop its staged rows."""
    with transaction.atomic():
        batch.state, batch.failure = BatchState.FAILED, error.fault.value
        batch.failure_detail = error.detail[:200]
        batch.sheet_choices = list(error.choices)
        batch.save(update_fields=["state", "failure", "failure_detail", "sheet_choices"])
        drop_staging(staging_name(batch.pk))
