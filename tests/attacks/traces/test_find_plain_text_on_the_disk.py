"""Rows of a registry are never left in clear under a name on any disk."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from enrollment.files import dbf_table
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.results.report import write_faulty_rows
from enrollment.models import ImportBatch
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.registrar import make_registrar
from tests.people import make_school


@pytest.fixture
def disk(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of every kind would lie."""
    place = tmp_path / "disk"
    place.mkdir()
    settings.SPOOL_DIR = str(place)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_the_list_of_faulty_rows_has_no_name(
    disk: Path, db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = make_school()
    seen: list[list[Path]] = []

    def watched(*arguments: Any) -> None:
        write_faulty_rows(*arguments)
        seen.append(list(disk.rglob("*")))

    monkeypatch.setattr("enrollment.imports.pipeline.write_faulty_rows", watched)
    settings.STAFF_SECOND_FACTOR = False
    desk = Client()
    desk.force_login(make_registrar("registrar@example.org", school))
    rows = sample(3)
    rows[0][AT["姓名"]] = ""
    path = write_csv(tmp_path / "a.csv", rows)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    desk.post(reverse("registry:imports"), {"institution": school.pk, "file": file})
    batch = ImportBatch.objects.get()
    imports_tasks.rehearse_upload(batch.pk)
    answer = desk.get(reverse("registry:faulty_rows", args=[batch.key]))
    assert answer.status_code in {200, 302}
    assert seen == [[]]


def test_the_copy_that_a_library_opens_by_its_path_has_no_name(disk: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.dbf"
    source.write_bytes(b"rows")
    with source.open("rb") as file, dbf_table._copy(file) as name:
        assert list(disk.rglob("*")) == []
        assert Path(name).read_bytes() == b"rows"
