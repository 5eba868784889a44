"""The worker killed in the middle of an import (F13): the old registry remains, or the new one.

A real worker, a file that two processes read, and kill -9 at 30 and 85
percent of the time that the same work was measured to take.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from enrollment.demo.samples import HEADER, sample_rows
from tests.faults.site import ROOT, Site, running, wait_until

pytestmark = pytest.mark.slow

ROWS = 37_000  # nine megabytes: more than one process reads alone
SHARES = (0.3, 0.85)
POLITICAL = HEADER.index("政治面貌")
# Runs in a process with the portal's settings; reads commands, answers in JSON.
PORTAL = """
import json, sys, django
django.setup()
from accounts.models import User
from enrollment.imports import pipeline, services, tasks
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import ImportBatch, Institution

def upload(path):
    school, _ = Institution.objects.get_or_create(code="19998", defaults={"name": "test"})
    user, _ = User.objects.get_or_create(email="registrar@example.org")
    user.role_grants.get_or_create(role="registrar")
    user.registrar_of.get_or_create(institution=school)
    with open(path, "rb") as source:
        batch = services.upload_batch(
            institution=school, file_name="rows.csv", source=source, created_by=user)
    return batch.pk

def check(pk):
    enqueue_upload(tasks.rehearse_upload, ImportBatch.objects.get(pk=pk))

def publish(pk):
    batch = ImportBatch.objects.get(pk=pk)
    services.release_batch(batch=batch, by=batch.created_by)
    enqueue_upload(tasks.publish_upload, batch)

def sweep():
    tasks.sweep_batches.apply_async(retry=False)

def discard(pk):
    pipeline.release_abandoned()
    services.discard_batch(batch=ImportBatch.objects.get(pk=pk))

for line in sys.stdin:
    name, *arguments = json.loads(line)
    print(json.dumps(globals()[name](*arguments)), flush=True)
"""
SNAPSHOT = "SELECT md5(string_agg(r::text, '' ORDER BY id)) AS sum FROM enrollment_studentrecord r"
AT_WORK = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7263002 AND granted"


class Desk:
    """A site with the registry's own acts at hand."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.portal = subprocess.Popen(
            [sys.executable, "-c", PORTAL],
            cwd=ROOT,
            env=site.environ | {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, name: str, *arguments: object) -> Any:
        assert self.portal.stdin is not None
        assert self.portal.stdout is not None
        self.portal.stdin.write(json.dumps([name, *arguments]) + "\n")
        self.portal.stdin.flush()
        return json.loads(self.portal.stdout.readline())

    def state(self, batch: int) -> str:
        [row] = self.site.rows("SELECT state FROM enrollment_importbatch WHERE id = %s", batch)
        return str(row["state"])

    def reaches(self, batch: int, state: str) -> None:
        wait_until(lambda: self.state(batch) == state, 60, f"{self.state(batch)}, not {state}")

    def at_work(self) -> bool:
        return bool(self.site.rows(AT_WORK))

    def takes(self) -> float:
        """How long the work takes that begins now."""
        wait_until(self.at_work, 30, "no work has begun")
        return wait_until(lambda: not self.at_work(), 60, "the work has no end")

    def registry(self) -> str:
        return str(self.site.rows(SNAPSHOT)[0]["sum"])

    def history(self) -> int:
        return int(self.site.rows("SELECT count(*) FROM enrollment_fieldchange")[0]["count"])

    def kill_worker(self, worker: "subprocess.Popen[bytes]") -> None:
        """kill -9 of the worker and its pool alone; the readers must end by themselves."""
        main = psutil.Process(worker.pid)
        pool = main.children()
        readers = [reader for process in pool for reader in process.children()]
        for process in (main, *pool):
            process.kill()
        _, alive = psutil.wait_procs(readers, timeout=5)
        assert not alive
        self.site.kill(worker)
        wait_until(lambda: not self.at_work(), 60, "the lock was not given back")

    def resume(self) -> "subprocess.Popen[bytes]":
        """A new worker, and the sweep that takes up what was left lying."""
        self.site.rows("UPDATE enrollment_importbatch SET created_at = now() - interval '1 hour'")
        worker = self.site.worker()
        self.ask("sweep")
        return worker


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    desk = Desk(site)
    yield desk
    desk.portal.communicate()
    site.kill_all()


def write(path: Path, political: str) -> str:
    """A file of the same people; ``political`` distinguishes them."""
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for row in sample_rows(ROWS, seed=1):
            row[POLITICAL] = political
            file.write(",".join(row) + "\n")
    return str(path)


def test_killed_at_any_moment(desk: Desk, tmp_path: Path) -> None:
    first, second = write(tmp_path / "1.csv", "群众"), write(tmp_path / "2.csv", "共青团员")
    worker = desk.site.worker()
    for path in (first, second):
        batch = desk.ask("upload", path)
        desk.ask("check", batch)
        checking = desk.takes()
        desk.reaches(batch, "rehearsed")
        desk.ask("publish", batch)
        publishing = desk.takes()
        desk.reaches(batch, "published")
    assert desk.history() == ROWS
    old = desk.registry()
    batch = desk.ask("upload", first)

    desk.ask("check", batch)
    for share in SHARES:
        wait_until(desk.at_work, 30, "no check has begun")
        time.sleep(share * checking)
        desk.kill_worker(worker)
        assert desk.registry() == old
        checked = desk.state(batch) == "rehearsed"  # a moment sooner than measured
        assert checked or desk.state(batch) == "rehearsing"
        worker = desk.resume()
        if checked:
            break
    desk.reaches(batch, "rehearsed")
    [found] = desk.site.rows("SELECT result FROM enrollment_importbatch WHERE id = %s", batch)
    assert (found["result"]["rows"], found["result"]["changed"]) == (ROWS, ROWS)

    desk.ask("publish", batch)
    for share in SHARES:
        wait_until(desk.at_work, 30, "no publication has begun")
        time.sleep(share * publishing)
        desk.kill_worker(worker)
        if desk.state(batch) == "published":
            break  # a moment later than measured: all of it is there
        assert desk.state(batch) == "publishing"
        assert desk.registry() == old
        assert desk.history() == ROWS
        worker = desk.resume()
    desk.reaches(batch, "published")
    assert desk.registry() != old
    assert desk.history() == 2 * ROWS
    query = "SELECT count(*) FROM enrollment_studentrecord WHERE political_status = '群众'"
    assert desk.site.rows(query)[0]["count"] == ROWS


def test_what_a_killed_worker_left_can_be_discarded(desk: Desk, tmp_path: Path) -> None:
    worker, before = desk.site.worker(), desk.registry()
    batch = desk.ask("upload", write(tmp_path / "1.csv", "群众"))
    desk.ask("check", batch)
    wait_until(desk.at_work, 30, "no check has begun")
    time.sleep(0.5)
    desk.kill_worker(worker)
    desk.ask("discard", batch)
    assert desk.state(batch) == "discarded"
    staging = "SELECT relname FROM pg_class WHERE relname LIKE 'enrollment_staging%%'"
    assert not desk.site.rows(staging)
    [row] = desk.site.rows("SELECT key FROM enrollment_importbatch WHERE id = %s", batch)
    kept = f"var/media/imports/{row['key']}/*"
    wait_until(lambda: not list(desk.site.directory.glob(kept)), 30, "files are left")
    assert desk.registry() == before
