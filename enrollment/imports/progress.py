"""How far an import is, for whoever waits for it."""

from dataclasses import dataclass

from django.utils import timezone

from enrollment.jobs.progress import MIN_SHARE_FOR_ESTIMATE, rounded
from enrollment.models import BatchState, ImportBatch

RUNNING = frozenset({BatchState.UPLOADED, BatchState.REHEARSING, BatchState.PUBLISHING})
_AT_WORK = (BatchState.REHEARSING, BatchState.PUBLISHING)
# Measured at 100,000 and 1,000,000 rows: comparing the whole file takes so much of the time of
# reading it; publishing a new and a changed record so many times the check of a row.
COMPARING, NEW, CHANGED = 0.4, 2.0, 5.0
# Nothing but the end itself is the end.
MAX_SHOWN_SHARE = 0.95


@dataclass(frozen=True)
class Progress:
    """Done of about how much, seconds left (None: not known), and who goes first.

    Checking counts rows, publishing seconds.
    """

    done: float
    expected: float
    seconds_left: int | None
    ahead: ImportBatch | None

    @property
    def compares(self) -> bool:
        """Every row is read; the file is compared as a whole."""
        return self.done >= self.expected > 1


def progress_of(batch: ImportBatch) -> Progress:
    """The progress of a batch that is waiting or being worked on."""
    ahead = _ahead_of(batch)
    if batch.state == BatchState.PUBLISHING:
        whole, taken = _publishing_seconds(batch), _seconds_taken(batch)
        left = None if ahead else rounded(whole - taken)
        return Progress(min(taken, MAX_SHOWN_SHARE * whole), whole, left, ahead)
    return Progress(batch.rows_done, batch.rows_expected or 1, _checking_left(batch), ahead)


def _checking_left(batch: ImportBatch) -> int | None:
    share = min(1, batch.rows_done / (batch.rows_expected or 1))
    if batch.started_at is None or share < MIN_SHARE_FOR_ESTIMATE:
        return None
    taken = _seconds_taken(batch)
    if share == 1:
        # How long the reading took is not kept: what is left is told no more.
        return None
    return rounded(taken / share * (1 + COMPARING) - taken)


def _publishing_seconds(batch: ImportBatch) -> float:
    """About how long a publication takes on this machine, by the check of the same file."""
    found = batch.result
    a_row: float = found.get("seconds", 0) / max(1, found.get("rows", 0))
    rows: float = NEW * found.get("new", 0) + CHANGED * found.get("changed", 0)
    return 1 + a_row * rows


def _seconds_taken(batch: ImportBatch) -> float:
    return (timezone.now() - batch.started_at).total_seconds() if batch.started_at else 0.0


def _ahead_of(batch: ImportBatch) -> ImportBatch | None:
    """Another import of the institution that is at work: two never run at once."""
    if batch.state == BatchState.REHEARSING:
        return None
    others = ImportBatch.objects.filter(institution=batch.institution_id, state__in=_AT_WORK)
    return others.exclude(pk=batch.pk).order_by("pk").first()
