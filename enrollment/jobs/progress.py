"""How often a running job saves its progress, and the share a page shows."""

import time
from collections.abc import Callable

# Before this share of the rows the speed is not known well enough to promise an end.
TELLING_SHARE = 0.05
# So often work that goes on is written down for the page.
REPORT_SECONDS = 1.0


def throttled(write: Callable[[int], object]) -> Callable[[int], None]:
    """``write`` for work that tells of every step: at most once in ``REPORT_SECONDS``."""
    told = 0.0

    def report(done: int) -> None:
        nonlocal told
        if time.monotonic() - told >= REPORT_SECONDS:
            told = time.monotonic()
            write(done)

    return report


def rounded(seconds: float) -> int:
    """Seconds as a person tells them: the longer, the rounder; never less than one."""
    step = 10 if seconds > 60 else 5 if seconds > 15 else 1
    return max(1, step * round(seconds / step))
