"""Large files: several processes, a bounded memory, and a kill that leaves nothing half done."""

import contextlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from enrollment.importing import stage
from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.rehearsal import institution_lock
from enrollment.models import FieldChange, ImportBatch, Institution, StudentRecord
from tests.enrollment.importing import AT, run_import, sample, snapshot, write_csv

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("school"),
]


@pytest.fixture
def two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small file be read by two processes, as a large one is."""
    monkeypatch.setattr(stage, "PARALLEL_FROM_BYTES", 0)
    monkeypatch.setattr(stage, "BLOCK_ROWS", 50)


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
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7263002, %s)", [school.pk])
        with pytest.raises(Exception) as error:  # noqa: PT011
            run_import(path)
        assert isinstance(error.value.__cause__, FileFaultError)
        assert error.value.__cause__.fault == FileFault.BUSY
        assert not StudentRecord.objects.exists()
    finally:
        other.close()
    run_import(path)
    with institution_lock(school.pk):
        assert StudentRecord.objects.count() == 3


@pytest.mark.slow
def test_killed_at_any_moment_the_old_registry_stands_or_the_new(tmp_path: Path) -> None:
    """kill -9 at several moments; afterwards the same file can be imported (F13)."""
    rows = sample(20_000)
    run_import(write_csv(tmp_path / "old.csv", rows))
    for row in rows:
        row[AT["政治面貌"]] = "群众"
    new = write_csv(tmp_path / "new.csv", rows)
    before = snapshot()
    changed = sum(1 for row in sample(20_000) if row[AT["政治面貌"]] != "群众")
    for delay in (0.8, 2.0, 3.5):
        _import_and_kill(new, delay)
        after = snapshot()
        if after != before:
            assert FieldChange.objects.count() == changed
            break
        assert not FieldChange.objects.exists()
    result = run_import(new)
    assert result["changed"] + result["unchanged"] == 20_000
    assert FieldChange.objects.count() == changed
    assert ImportBatch.objects.filter(state="published").count() >= 2


def _import_and_kill(path: Path, delay: float) -> None:
    environ = {**os.environ, "DATABASE_URL": _test_database_url()}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_registry", str(path)],
        cwd=settings.BASE_DIR,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    _wait_for_the_lock()


def _wait_for_the_lock() -> None:
    """The server notices a dead client within moments and gives its lock back."""
    school = Institution.objects.get()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with institution_lock(school.pk):
                return
        except FileFaultError:
            continue
    pytest.fail("the lock of a killed import was not given back")


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
    assert len(peaks) >= 1 + stage.PROCESSES
    assert max(peaks.values()) < 128 * 1024


def _peak_kilobytes(pid: int) -> int:
    """The largest resident size of a process so far (VmHWM starts anew with each program)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0
