"""Large files: several processes, a bounded memory, and one import of an institution at a time."""

import contextlib
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from enrollment.files.faults import FileFault, FileFaultError
from enrollment.imports import pipeline
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.checking import blocks, workers
from enrollment.jobs.locking import IMPORT_LOCK, institution_lock
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.advisory_locks import locked_elsewhere
from tests.enrollment.imported_files import AT, run_import, sample, snapshot, write_csv
from tests.enrollment.registrar import make_registrar, page_of, upload
from tests.enrollment.sweeps import sweep_imports

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("school"),
]


@pytest.fixture
def two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small file be read by two processes, as a large one is."""
    monkeypatch.setattr(workers, "PARALLEL_FROM_BYTES", 0)
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 50)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 10_000)


@pytest.mark.usefixtures("two_readers")
def test_two_readers_find_what_one_finds(tmp_path: Path) -> None:
    rows = sample(1000)
    for index in range(7, 1000, 100):
        rows[index][AT["学籍状态"]] = "?"
    path = write_csv(tmp_path / "a.csv", rows)
    with pytest.raises(Exception, match="10"):
        run_import(path)
    good = [row for index, row in enumerate(rows) if index % 100 != 7]
    result = run_import(write_csv(tmp_path / "b.csv", good))
    assert (result["rows"], result["new"]) == (990, 990)
    assert StudentRecord.objects.count() == 990
    before = snapshot()
    again = run_import(tmp_path / "b.csv")
    assert (again["unchanged"], again["changed"]) == (990, 0)
    assert snapshot() == before


@pytest.mark.usefixtures("two_readers")
def test_a_fault_met_by_a_reader_refuses_the_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", sample(300))
    path.write_text(path.read_text("utf-8") + '"open', encoding="utf-8")
    with pytest.raises(Exception) as error:  # noqa: PT011
        run_import(path)
    assert isinstance(error.value.__cause__, FileFaultError)
    assert error.value.__cause__.fault == FileFault.QUOTE
    assert not multiprocessing.active_children()
    assert not StudentRecord.objects.exists()


def test_two_imports_of_one_institution_at_once(tmp_path: Path, school: Institution) -> None:
    path = write_csv(tmp_path / "a.csv", sample(3))
    with locked_elsewhere(IMPORT_LOCK, school.pk):
        with pytest.raises(Exception) as error:  # noqa: PT011
            run_import(path)
        assert isinstance(error.value.__cause__, FileFaultError)
        assert error.value.__cause__.fault == FileFault.BUSY
        assert not StudentRecord.objects.exists()
    run_import(path)
    with institution_lock(school.pk):
        assert StudentRecord.objects.count() == 3


def test_the_second_of_two_uploads_waits_and_is_told(
    school: Institution, tmp_path: Path, settings: Settings
) -> None:
    """F14 in the browser's path: one runs; the other's page says whose turn it is, then it runs."""
    settings.STAFF_SECOND_FACTOR = False
    client = Client()
    client.force_login(make_registrar("registrar@example.org", school))
    path = write_csv(tmp_path / "a.csv", sample(3))
    first = upload(client, path, school, check=False)
    second = upload(client, path, school, check=False)
    with locked_elsewhere(IMPORT_LOCK, school.pk):
        ImportBatch.objects.filter(pk=first.pk).update(state=BatchState.REHEARSING)
        imports_tasks.rehearse_upload(second.pk)
        second.refresh_from_db()
        assert second.state == BatchState.UPLOADED
        assert reverse("registry:import", args=[first.key]) in page_of(client, second)
        pipeline.release_abandoned()
        first.refresh_from_db()
        assert first.state == BatchState.REHEARSING  # its worker lives
    ImportBatch.objects.update(created_at=timezone.now() - REQUEUE_AFTER * 2)
    for _ in range(2):  # one file of an institution at a time
        sweep_imports()
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {BatchState.REHEARSED}
    assert not StudentRecord.objects.exists()


def _test_database_url() -> str:
    values = connection.settings_dict
    return (
        f"postgresql://{values['USER']}:{values['PASSWORD']}@"
        f"{values['HOST'] or 'localhost'}:{values['PORT'] or 5432}/{values['NAME']}"
    )


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Each process that imports CSV stays under 128 MB."""
    path = tmp_path / "big.csv"
    call_command("make_registry", path, rows=40_000, verbosity=0)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_registry", str(path)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": _test_database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peaks: dict[int, int] = {}
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        with contextlib.suppress(OSError):
            for pid in [process.pid, *map(int, children.read_text().split())]:
                peaks[pid] = max(peaks.get(pid, 0), _peak_kilobytes(pid))
    assert process.returncode == 0
    assert StudentRecord.objects.count() == 40_000
    assert len(peaks) >= 1 + workers.PROCESSES
    assert max(peaks.values()) < 128 * 1024


def _peak_kilobytes(pid: int) -> int:
    """The largest resident size of a process so far (VmHWM starts again with each program)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0
