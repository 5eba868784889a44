"""How long an import of photographs will take."""

from django.utils import timezone

from enrollment.jobs.progress import MIN_SHARE_FOR_ESTIMATE, rounded
from enrollment.models import PhotoBatch


def photos_left(batch: PhotoBatch) -> int | None:
    """Seconds until the photographs of a ZIP are taken; None where that is not known yet."""
    share = batch.done / max(1, batch.matched)
    if batch.started_at is None or share < MIN_SHARE_FOR_ESTIMATE:
        return None
    taken = (timezone.now() - batch.started_at).total_seconds()
    return rounded(taken / share - taken)
