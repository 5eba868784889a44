"""How far an import is, for whoever waits for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from enrollment.models import BatchState, ImportBatch, PhotoBatch

RUNNING = frozenset({BatchState.UPLOADED, BatchState.REHEARSING, BatchState.PUBLISHING})
_AT_WORK = (BatchState.REHEARSING, BatchState.PUBLISHING)
# Before this share of the rows the speed is not known well enough to promise an end.
TELLING_SHARE = 0.05
# Measured at 100,000 and 1,000,000 rows: comparing the whole file takes so much of the time of
# reading it; publishing a new and a changed record so many times the check of a row.
COMPARING, NEW, CHANGED = 0.4, 2.0, 5.0
# So often work that goes on is written down for the page.
REPORT_SECONDS = 1.0
# Nothing but the end itself is the end.
NEARLY = 0.95


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
        left = None if ahead else calm(whole - taken)
        return Progress(min(taken, NEARLY * whole), whole, left, ahead)
    return Progress(batch.rows_done, batch.rows_expected or 1, _checking_left(batch), ahead)


def photos_left(batch: PhotoBatch) -> int | None:
    """Seconds until the photographs of a ZIP are taken; None where that is not known yet."""
    share = batch.done / max(1, batch.matched)
    if batch.started_at is None or share < TELLING_SHARE:
        return None
    taken = (timezone.now() - batch.started_at).total_seconds()
    return calm(taken / share - taken)


def paced(write: Callable[[int], object]) -> Callable[[int], None]:
    """``write`` for work that tells of every step: at most once in ``REPORT_SECONDS``."""
    told = 0.0

    def report(done: int) -> None:
        nonlocal told
        if time.monotonic() - told >= REPORT_SECONDS:
            told = time.monotonic()
            write(done)

    return report


def calm(seconds: float) -> int:
    """Seconds as a person tells them: the longer, the rounder; never less than one."""
    step = 10 if seconds > 60 else 5 if seconds > 15 else 1
    return max(1, step * round(seconds / step))


def _checking_left(batch: ImportBatch) -> int | None:
    share = min(1, batch.rows_done / (batch.rows_expected or 1))
    if batch.started_at is None or share < TELLING_SHARE:
        return None
    taken = _seconds_taken(batch)
    if share == 1:
        # How long the reading took is not kept: what is left is told no more.
        return None
    return calm(taken / share * (1 + COMPARING) - taken)


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
