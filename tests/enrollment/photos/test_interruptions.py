"""A full disk, a killed worker or another import stops photographs for a while, and loses none."""

import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.files.faults import FileFault
from enrollment.jobs.locking import IMPORT_LOCK
from enrollment.models import BatchPhoto, Institution, Photo, PhotoBatch, PhotoBatchState
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.advisory_locks import locked_elsewhere
from tests.enrollment.imported_files import AT
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.photos.zips import PHOTOS, kept, page_of, send, take, upload
from tests.enrollment.registrar import signed_in_just_now
from tests.enrollment.sweeps import sweep_photos


def test_a_full_disk_stops_cleanly_and_the_work_goes_on_later(
    desk: Client,
    school: Institution,
    rows: list[list[str]],
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = {f"{row[AT['学号']]}.jpg": picture() for row in rows}
    send(desk, school, zip_of(entries).getvalue())
    batch = PhotoBatch.objects.get()
    monkeypatch.setattr("enrollment.photos.staging.GROUP", 2)
    write = FileSystemStorage.save
    written: list[str] = []

    def save(storage: FileSystemStorage, name: str, content: Any) -> str:
        if len(written) == 6:
            raise OSError(28, "No space left on device")
        written.append(name)
        return write(storage, name, content)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "save", save)
        photos_tasks.check_photos(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.DISK_FULL)
    assert (BatchPhoto.objects.count(), Photo.objects.count()) == (2, 0)
    assert desk.post(reverse("registry:retry_photos", args=[batch.key])).status_code == 302
    photos_tasks.check_photos(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.fresh, batch.same) == (PhotoBatchState.CHECKED, 6, 0)
    take(desk, batch)
    assert (batch.state, batch.new) == (PhotoBatchState.TAKEN, 6)


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file may be longer than 1 MB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize("address", [PHOTOS, reverse("registry:imports")])
def test_no_room_for_a_large_upload_is_told_at_the_form(
    desk: Client, school: Institution, media: Path, address: str
) -> None:
    """Above 2.5 MB Django writes what arrives to the disk before any view sees it."""
    name = "a.zip" if address == PHOTOS else "a.csv"
    file = SimpleUploadedFile(name, bytes(4 * 2**20))
    answer = desk.post(address, {"institution": school.pk, "kind": "admission", "file": file})
    assert answer.status_code == 200
    assert str(FileFault.DISK_FULL.label) in answer.content.decode()
    assert kept(media) == []


def test_a_killed_worker_is_taken_over_and_a_deadly_file_given_up(
    desk: Client, school: Institution, rows: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    signed_in_just_now(desk)
    desk.post(reverse("registry:take_photos", args=[batch.key]))
    long_ago = timezone.now() - timedelta(minutes=5)
    PhotoBatch.objects.update(started_at=long_ago)

    def die(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("enrollment.photos.exchange.give", die)
        for _ in range(photos.MAX_ATTEMPTS):
            sweep_photos()
    sweep_photos()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.GIVEN_UP)
    desk.post(reverse("registry:retry_photos", args=[batch.key]))
    PhotoBatch.objects.update(started_at=long_ago)
    sweep_photos()
    batch.refresh_from_db()
    assert (batch.state, batch.new) == (PhotoBatchState.TAKEN, 1)


def test_a_zip_is_checked_by_one_worker_however_often_it_is_enqueued(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    send(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    batch = PhotoBatch.objects.get()
    PhotoBatch.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    with locked_elsewhere(IMPORT_LOCK, school.pk):  # the first worker, still at it
        for _ in range(photos.MAX_ATTEMPTS + 2):
            sweep_photos()
        batch.refresh_from_db()
        assert (batch.state, batch.attempts) == (PhotoBatchState.UPLOADED, 0)
    sweep_photos()
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.CHECKED


def test_photos_wait_while_another_import_of_the_school_runs(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    batch = upload(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    signed_in_just_now(desk)
    desk.post(reverse("registry:take_photos", args=[batch.key]))
    with locked_elsewhere(IMPORT_LOCK, school.pk):
        photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (PhotoBatchState.TAKING, 0)
    assert "data-live" in page_of(desk, batch)
    photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.TAKEN
