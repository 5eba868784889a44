"""Enqueue a task for a row; without a broker the sweep finds the row."""

import logging

from celery import Task
from kombu.exceptions import OperationalError

from enrollment.models import (
    ImportBatch,
    PhotoBatch,
    StatusReport,
)

logger = logging.getLogger(__name__)


def enqueue(task: "Task[[int], None]", row: ImportBatch | PhotoBatch | StatusReport) -> None:
    """Send ``task`` for ``row`` to the broker; with the broker down the sweep finds the row."""
    try:
        task.apply_async((row.pk,), retry=False)
    except OperationalError:
        logger.warning("broker unreachable; %s waits for the sweep", row)
