"""Periodic work over many rows, in which a failing row does not stop the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")

logger = logging.getLogger(__name__)


def for_each(rows: Iterable[Row], act: Callable[[Row], object]) -> int:
    """Call ``act`` for every row; returns how many calls returned a true value.

    An exception ends the work on its own row only. Its type is logged, not its text, which may
    hold personal data.
    """
    done = 0
    for row in rows:
        try:
            done += bool(act(row))
        except Exception as error:
            name = getattr(act, "__name__", "act")
            logger.error("%s failed for one row: %s", name, type(error).__name__)
    return done
