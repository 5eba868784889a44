"""How often a running job saves its progress, and the share a page shows."""

import time
from collections.abc import Callable

# Share of the rows from which the speed is known well enough for an estimate.
MIN_SHARE_FOR_ESTIMATE = 0.05
# How often a running job saves its progress.
SAVE_INTERVAL_SECONDS = 1.0


def throttled(write: Callable[[int], object]) -> Callable[[int], None]:
    """A function that calls ``write`` at most once in ``SAVE_INTERVAL_SECONDS``."""
    saved_at = 0.0

    def report(done: int) -> None:
        nonlocal saved_at
        if time.monotonic() - saved_at >= SAVE_INTERVAL_SECONDS:
            saved_at = time.monotonic()
            write(done)

    return report


def rounded(seconds: float) -> int:
    """Seconds rounded to 1, 5 (over 15) or 10 (over a minute); at least one."""
    step = 10 if seconds > 60 else 5 if seconds > 15 else 1
    return max(1, step * round(seconds / step))
