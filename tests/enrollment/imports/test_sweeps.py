"""What the sweep finds waits for a worker of imports, and is worked on by one at a time."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from enrollment.imports import pipeline
from enrollment.imports import tasks as imports_tasks
from enrollment.jobs import uploads
from enrollment.jobs.locking import UPLOAD_LOCK
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import BatchState, ImportBatch, Institution
from tests.advisory_locks import locked_elsewhere
from tests.enrollment.imported_files import sample, write_csv
from tests.enrollment.registrar import upload
from xuejiportal.celery import app


@pytest.fixture
def lost(desk: Client, school: Institution, tmp_path: Path) -> ImportBatch:
    """A file whose task was lost."""
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    batch.created_at -= 2 * REQUEUE_AFTER
    batch.state, batch.attempts = BatchState.UPLOADED, 0
    batch.save()
    return batch


def test_the_sweep_leaves_the_work_to_the_workers_of_imports(
    lost: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the sweep it would be stopped after the ten minutes of other tasks."""
    sent: list[tuple[Any, int]] = []
    monkeypatch.setattr(uploads, "enqueue", lambda task, pk: sent.append((task, pk)))
    imports_tasks.sweep_batches()
    [(task, pk)] = sent
    assert (task.task, pk) == (imports_tasks.rehearse_upload.name, lost.pk)
    assert app.amqp.router.route({}, task.task)["queue"].name == "imports"
    assert task.options["expires"] == uploads.EXPIRES_SECONDS
    lost.refresh_from_db()
    assert (lost.state, lost.attempts) == (BatchState.UPLOADED, 0)


def test_a_file_that_a_worker_is_converting_is_left_to_it(lost: ImportBatch) -> None:
    with locked_elsewhere(UPLOAD_LOCK, lost.pk):
        pipeline.rehearse(lost)
        lost.refresh_from_db()
        assert (lost.state, lost.attempts) == (BatchState.UPLOADED, 0)
    pipeline.rehearse(lost)
    lost.refresh_from_db()
    assert lost.state == BatchState.REHEARSED
