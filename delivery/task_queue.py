"""Send a task to the broker for work whose row is already in the database.

The row is the truth, and a periodic sweep finds it: a broker that is down
delays the work and breaks nothing.
"""

import logging
import time
from typing import Any, Protocol

from kombu.exceptions import OperationalError

from database.commit_hooks import after_commit

logger = logging.getLogger(__name__)

BROKER_RETRY_AFTER = 10.0  # seconds without another try after the broker did not answer
_broker_silent_until = 0.0


class Sendable(Protocol):
    """The part of a Celery task, or of a task's signature, that is used here."""

    def apply_async(self, args: tuple[Any, ...], *, retry: bool) -> object:
        """Put the task on the broker."""


def enqueue(task: Sendable, *arguments: object) -> None:
    """Send ``task`` to the broker; while the broker is down the sweep finds the row.

    kombu raises ``OperationalError`` for whatever the broker does: refuses the
    connection, does not answer, wants a password, is full or read-only. Such a try
    takes seconds, so none is made for a while after it. Any other exception is a
    fault of the program and is raised.
    """
    global _broker_silent_until
    if time.monotonic() < _broker_silent_until:
        return
    try:
        task.apply_async(arguments, retry=False)
    except OperationalError as error:
        _broker_silent_until = time.monotonic() + BROKER_RETRY_AFTER
        logger.warning("Broker unreachable (%s): work waits for the sweep", type(error).__name__)


def enqueue_after_commit(task: Sendable, *arguments: object) -> None:
    """Send ``task`` once the caller's transaction has committed."""
    after_commit(enqueue, task, *arguments)
