"""The state of an import batch: conditional changes, and failure."""

from django.db import transaction

from enrollment.files.faults import FileFaultError
from enrollment.imports.staging.tables import drop_staging, staging_name
from enrollment.models import BatchState, ImportBatch


class WrongStateError(Exception):
    """The state of the batch does not allow this transition, mostly after a concurrent one."""


def move(batch: ImportBatch, allowed: set[BatchState], to: str) -> None:
    """Change the state by one conditional update, so that of concurrent calls one succeeds.

    Raises WrongStateError.
    """
    moved = ImportBatch.objects.filter(pk=batch.pk, state__in=allowed).update(state=to)
    if not moved:
        raise WrongStateError
    batch.state = to


def fail_batch(*, batch: ImportBatch, error: FileFaultError) -> None:
    """Save the fault that ended a job on the batch, and drop its staged rows."""
    with transaction.atomic():
        batch.state, batch.failure = BatchState.FAILED, error.fault.value
        batch.failure_detail = error.detail[:200]
        batch.sheet_choices = list(error.choices)
        batch.save(update_fields=["state", "failure", "failure_detail", "sheet_choices"])
        drop_staging(staging_name(batch.pk))
