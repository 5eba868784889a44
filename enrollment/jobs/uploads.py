"""The queue of uploads: few tasks of one institution at a time."""

from collections.abc import Mapping
from datetime import timedelta

from delivery.task_queue import Sendable, enqueue
from enrollment.models.upload import Upload

# A job that no worker has started is enqueued again by the sweeps, this long after its creation
# at the earliest.
REQUEUE_AFTER = timedelta(seconds=20)


def enqueue_upload(task: Sendable, upload: Upload) -> None:
    """Enqueue ``task``, unless an earlier upload is busy: its task then enqueues the next."""
    if not upload.waits_behind_another:
        enqueue(task, upload.pk)


def enqueue_next(upload: Upload, tasks: Mapping[str, Sendable]) -> None:
    """Enqueue the institution's next upload by its state, unless ``upload`` is queued again."""
    upload.refresh_from_db(fields=["state"])
    if upload.state in tasks:
        return
    if following := upload.next_in_line(tasks):
        enqueue(tasks[following.state], following.pk)
