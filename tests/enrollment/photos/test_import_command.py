"""The command that imports a ZIP of photographs says what it did not take, and stops cleanly."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from enrollment.files.faults import FileFault
from enrollment.models import Institution, Photo, PhotoBatch
from enrollment.photos import processing
from tests.enrollment.imported_files import AT
from tests.enrollment.photos.pictures import picture, zip_of, zip_of_many


def test_the_command_says_what_was_not_taken(rows: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    entries = {f"{rows[0][AT['学号']]}.jpg": picture(), "nobody.jpg": picture()}
    path.write_bytes(zip_of(entries).getvalue())
    told = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_photos", path, institution="19998", stdout=told)
    assert error.value.returncode == 1
    assert "nobody.jpg" in told.getvalue()
    assert Photo.objects.count() == 1


def test_the_command_says_that_the_storage_may_not_be_written_not_that_the_zip_is_bad(
    rows: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An earlier command ran as root and left folders that the service may not write."""
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())

    def save(storage: FileSystemStorage, name: str, content: Any) -> str:
        raise PermissionError(13, "Permission denied", "/var/lib/xuejiportal/media/photos/c6")

    monkeypatch.setattr(FileSystemStorage, "save", save)
    with pytest.raises(CommandError, match=str(FileFault.UNWRITABLE.label)):
        call_command("import_photos", path, institution="19998", stdout=io.StringIO())
    assert "/var/lib/xuejiportal/media/photos/c6" in caplog.text


def test_a_disk_that_fills_up_while_a_zip_is_checked_changes_nothing(
    school: Institution,
    tmp_path: Path,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """F12: a clean stop, no process, no temporary file and no orphan is left."""
    path = zip_of_many(2 * processing.PARALLEL_FROM, tmp_path / "many.zip")
    write = FileSystemStorage.save
    written: list[str] = []

    def save(storage: FileSystemStorage, name: str, content: Any) -> str:
        if len(written) == 130:
            raise OSError(28, "No space left on device")
        written.append(name)
        return write(storage, name, content)

    fork, children = os.fork, []

    def fork_and_note() -> int:
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", fork_and_note)
    monkeypatch.setattr(FileSystemStorage, "save", save)
    with (
        pytest.raises(CommandError, match=str(FileFault.DISK_FULL.label)) as error,
        django_capture_on_commit_callbacks(execute=True),
    ):
        call_command("import_photos", path, institution="19998", stdout=io.StringIO())
    assert error.value.returncode == 2
    assert not Photo.objects.exists()
    assert not PhotoBatch.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert children
    for child in children:
        with pytest.raises(ChildProcessError):  # it has ended, and was waited for
            os.waitpid(child, os.WNOHANG)
