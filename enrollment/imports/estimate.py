"""Progress and estimated rest of an import, for its page."""

from dataclasses import dataclass

from django.db.models import Sum

from database.clock import database_now
from enrollment.jobs.progress import MIN_SHARE_FOR_ESTIMATE, rounded
from enrollment.models import BatchState, ImportBatch

RUNNING = frozenset({BatchState.UPLOADED, BatchState.REHEARSING, BatchState.PUBLISHING})
_AT_WORK = (BatchState.REHEARSING, BatchState.PUBLISHING)
# Measured at 100,000 and 1,000,000 rows: time of the comparison relative to reading the file;
# time to publish a new and a changed record relative to checking a row.
COMPARING, NEW, CHANGED = 0.4, 2.0, 5.0
# Cap the bar at 95 % until the job has finished.
MAX_SHOWN_SHARE = 0.95


@dataclass(frozen=True)
class ImportProgress:
    """Amount done and expected, seconds left (None: no estimate), and the import ahead.

    Amounts are rows while checking, seconds while publishing.
    """

    done: float
    expected: float
    seconds_left: int | None
    ahead: ImportBatch | None

    @property
    def compares(self) -> bool:
        """Whether all rows are read and the file is being compared with the registry."""
        return self.done >= self.expected > 1


def progress_of(batch: ImportBatch) -> ImportProgress:
    """The progress of a queued or running batch."""
    ahead = _ahead_of(batch)
    if batch.state == BatchState.PUBLISHING:
        whole, taken = _publishing_seconds(batch), _seconds_taken(batch)
        left = None if ahead else rounded(whole - taken)
        return ImportProgress(min(taken, MAX_SHOWN_SHARE * whole), whole, left, ahead)
    return ImportProgress(batch.rows_done, batch.rows_expected or 1, _checking_left(batch), ahead)


def _checking_left(batch: ImportBatch) -> int | None:
    share = min(1, batch.rows_done / (batch.rows_expected or 1))
    if batch.started_at is None or share < MIN_SHARE_FOR_ESTIMATE:
        return None
    taken = _seconds_taken(batch)
    if share == 1:
        # The time that reading took is not saved, so there is no estimate for the comparison.
        return None
    return rounded(taken / share * (1 + COMPARING) - taken)


def _publishing_seconds(batch: ImportBatch) -> float:
    """Estimated seconds of a publication, from the time that checking the file took."""
    found = batch.result
    a_row: float = found.get("seconds", 0) / max(1, found.get("rows", 0))
    rows: float = NEW * found.get("new", 0) + CHANGED * found.get("changed", 0)
    return 1 + a_row * rows


def _seconds_taken(batch: ImportBatch) -> float:
    return (database_now() - batch.started_at).total_seconds() if batch.started_at else 0.0


def _ahead_of(batch: ImportBatch) -> ImportBatch | None:
    """The running import of the institution that this one waits for, or None."""
    if batch.state == BatchState.REHEARSING:
        return None
    others = ImportBatch.objects.filter(institution=batch.institution_id, state__in=_AT_WORK)
    return others.exclude(pk=batch.pk).order_by("pk").first()


def rows_in_work() -> dict[str, int]:
    """Rows done and expected of the imports that are checked or published now."""
    sums = ImportBatch.objects.filter(state__in=RUNNING).aggregate(
        done=Sum("rows_done"), expected=Sum("rows_expected")
    )
    return {which: number or 0 for which, number in sums.items()}
