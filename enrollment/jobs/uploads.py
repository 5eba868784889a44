"""The queue of uploads: few tasks of one institution at a time."""

from collections.abc import Mapping
from datetime import timedelta

from celery import Task

from delivery.task_queue import Sendable, enqueue
from enrollment.models.upload import Upload

# A job that no worker has started is enqueued again by the sweeps, this long after its creation
# at the earliest.
REQUEUE_AFTER = timedelta(seconds=20)
EXPIRES_SECONDS = 60


def enqueue_upload(task: Sendable, upload: Upload) -> None:
    """Enqueue ``task``, unless an earlier upload is busy: its task then enqueues the next."""
    if not upload.waits_behind_another:
        enqueue(task, upload.pk)


def enqueue_again(task: "Task[[int], None]", upload_id: int) -> None:
    """Enqueue ``task`` for an upload whose own may be lost, for the workers of its queue.

    It expires, since the next sweep enqueues it once more while the upload waits.
    """
    enqueue(task.signature(options={"expires": EXPIRES_SECONDS}), upload_id)


def enqueue_next(upload: Upload, tasks: Mapping[str, Sendable]) -> None:
    """Enqueue the institution's next upload by its state, unless ``upload`` is queued again."""
    upload.refresh_from_db(fields=["state"])
    if upload.state in tasks:
        return
    if following := upload.next_in_line(tasks):
        enqueue(tasks[following.state], following.pk)
