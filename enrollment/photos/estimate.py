"""Estimate the rest of an import of photographs."""

from database.clock import database_now
from enrollment.jobs.progress import MIN_SHARE_FOR_ESTIMATE, rounded
from enrollment.models import PhotoBatch


def photos_left(batch: PhotoBatch) -> int | None:
    """Estimated seconds until the ZIP is imported; None when there is no estimate yet."""
    share = batch.done / max(1, batch.matched)
    if batch.started_at is None or share < MIN_SHARE_FOR_ESTIMATE:
        return None
    taken = (database_now() - batch.started_at).total_seconds()
    return rounded(taken / share - taken)
