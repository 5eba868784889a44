"""The file published last is known again by its bytes; in any doubt it is read."""

from pathlib import Path

import pytest
from django.utils import timezone

from enrollment.imports import services as imports
from enrollment.imports.checking import workers
from enrollment.models import FieldChange, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, snapshot, write_csv


@pytest.fixture
def published(school: Institution, tmp_path: Path) -> Path:
    """A file that was published."""
    path = write_csv(tmp_path / "a.csv", sample(20))
    run_import(path)
    return path


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The files that were read row by row."""
    read: list[object] = []
    fill = workers.fill

    def noted(job: workers.Job, report: workers.Report) -> object:
        read.append(job)
        return fill(job, report)

    monkeypatch.setattr(workers, "fill", noted)
    return read


def test_the_same_bytes_are_not_read_again(published: Path, unread: list[object]) -> None:
    before = snapshot()
    result = run_import(published)
    assert unread == []
    assert result["identical"]
    assert (result["rows"], result["unchanged"], result["new"]) == (20, 20, 0)
    assert snapshot() == before
    run_import(published)  # the one before was published too
    assert unread == []


def correct(batch: ImportBatch) -> None:
    record = StudentRecord.objects.earliest("pk")
    StudentRecord.objects.filter(pk=record.pk).update(college="别的学院", fingerprint=b"")
    FieldChange.objects.create(record=record, field="college", version=2)


def touch(batch: ImportBatch) -> None:
    StudentRecord.objects.filter(pk=StudentRecord.objects.earliest("pk").pk).update(
        updated_at=timezone.now(), status="休学", fingerprint=b""
    )


def take_away(batch: ImportBatch) -> None:
    StudentRecord.objects.earliest("pk").delete()


def undo(batch: ImportBatch) -> None:
    imports.undo_batch(batch=batch, by=None)


def forget_rules(batch: ImportBatch) -> None:
    batch.result["rules"] = "older"
    batch.save()


@pytest.mark.parametrize("happening", [correct, touch, take_away, undo, forget_rules])
def test_after_anything_has_happened_the_file_is_read(
    published: Path, unread: list[object], happening: object
) -> None:
    assert callable(happening)
    happening(ImportBatch.objects.get())
    result = run_import(published)
    assert len(unread) == 1
    assert not result["identical"]
    assert StudentRecord.objects.count() == 20
    assert not StudentRecord.objects.filter(college="别的学院").exists()


def test_after_another_file_the_first_is_read(
    published: Path, unread: list[object], tmp_path: Path
) -> None:
    rows = sample(20)
    rows[3][AT["学籍状态"]] = "休学"
    run_import(write_csv(tmp_path / "b.csv", rows))
    assert run_import(published)["changed"] == 1
    assert len(unread) == 2
