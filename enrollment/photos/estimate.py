"""Estimate the rest of the work on a ZIP of photographs."""

from database.clock import database_now
from enrollment.jobs.progress import MIN_SHARE_FOR_ESTIMATE, rounded
from enrollment.models import PhotoBatch


def photos_left(batch: PhotoBatch) -> int | None:
    """Estimated seconds until the work on the ZIP ends; None when there is no estimate yet."""
    share = batch.done / max(1, batch.matched)
    if share < MIN_SHARE_FOR_ESTIMATE:
        return None
    taken = (database_now() - (batch.started_at or batch.created_at)).total_seconds()
    return rounded(taken / share - taken)
