"""The sweeps of imports, with a worker at hand that does at once what they enqueue."""

import pytest

from enrollment.imports import tasks as imports_tasks
from enrollment.photos import tasks as photos_tasks


def sweep_imports() -> None:
    """Run the sweep of registry files, and the tasks that it enqueues."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports_tasks, "enqueue_again", lambda task, pk: task(pk))
        imports_tasks.sweep_batches()


def sweep_photos() -> None:
    """Run the sweep of ZIPs of photographs, and the tasks that it enqueues."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photos_tasks, "enqueue_again", lambda task, pk: task(pk))
        photos_tasks.sweep_photo_batches()
