"""The disk is full while a file is kept, opened or unfolded: a clean end that says so (F12).

The limit is the system's own: no file of the process may grow beyond it.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook
from pytest_django import Settings

from enrollment.demo.samples import HEADER
from enrollment.files.faults import FileFault
from enrollment.imports import tasks as imports_tasks
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import sample, write_csv
from tests.enrollment.registrar import IMPORTS, make_registrar, upload

ROOM = 2**16


@contextmanager
def little_room() -> Iterator[None]:
    """No file may be longer than ``ROOM`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def desk(school: Institution, settings: Settings, tmp_path: Path) -> Client:
    """A registrar, and a directory for passing files that can be looked into."""
    settings.STAFF_SECOND_FACTOR = False
    spool = tmp_path / "spool"
    spool.mkdir()
    settings.SPOOL_DIR = str(spool)
    client = Client()
    client.force_login(make_registrar("registrar@example.org", school))
    return client


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def write_workbook(path: Path, rows: list[list[str]]) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEADER, *rows]:
        sheet.append(row)
    book.save(path)
    return path


def test_no_room_for_the_upload(
    desk: Client, school: Institution, tmp_path: Path, media: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", sample(600))
    file = SimpleUploadedFile(path.name, path.read_bytes())
    with little_room():
        answer = desk.post(IMPORTS, {"institution": school.pk, "file": file})
    assert answer.status_code == 200
    assert str(FileFault.DISK_FULL.label) in answer.content.decode()
    assert not ImportBatch.objects.exists()
    assert kept(media) == []
    assert desk.get(IMPORTS).status_code == 200


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_no_room_for_the_work(desk: Client, school: Institution, tmp_path: Path, name: str) -> None:
    rows = sample(600)
    path = tmp_path / name
    (write_csv if name.endswith("csv") else write_workbook)(path, rows)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    desk.post(IMPORTS, {"institution": school.pk, "file": file})
    batch = ImportBatch.objects.get()
    with little_room():
        imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.DISK_FULL)
    page = desk.get(reverse("registry:import", args=[batch.key])).content.decode()
    assert str(FileFault.DISK_FULL.label) in page
    assert list((tmp_path / "spool").iterdir()) == []
    assert not StudentRecord.objects.exists()
    assert upload(desk, write_csv(tmp_path / "b.csv", sample(3)), school).state == "rehearsed"
