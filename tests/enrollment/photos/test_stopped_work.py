"""Imports and undos that stop in the middle, and what a person may do with them then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.models import (
    BatchPhoto,
    Institution,
    Photo,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
)
from enrollment.photos import exchange
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.photos.pictures import checked, picture, taken, zip_of
from tests.enrollment.sweeps import sweep_photos
from tests.people import make_record, sample_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(school: Institution, registrar: User) -> list[Photo]:
    """Three photographs."""
    taken(checked(school, registrar, 3), registrar)
    return list(Photo.objects.order_by("record"))


@contextmanager
def killed_after_one(act: str) -> Iterator[None]:
    """The process is killed after one photograph, and so are those that take over."""
    real, done = getattr(exchange, act), list[int]()

    def one_group(batch: PhotoBatch) -> int:
        if done:
            raise MemoryError
        done.append(real(batch))
        return done[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "GROUP", 1)
        patch.setattr(exchange, act, one_group)
        yield


def fail(batch: PhotoBatch, act: str, on_commit: Any) -> None:
    """Let the sweep try until it gives up."""
    PhotoBatch.objects.filter(pk=batch.pk).update(started_at=timezone.now() - timedelta(minutes=5))
    with killed_after_one(act), on_commit(execute=True):
        for _ in range(photos.MAX_ATTEMPTS + 1):
            sweep_photos()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.GIVEN_UP)


def undo(batch: PhotoBatch, by: User, on_commit: Any) -> None:
    """Ask for it, and let the worker do it."""
    photos.undo_photos(batch=batch, by=by)
    with on_commit(execute=True):
        photos_tasks.undo_photo_batch(batch.pk)
    batch.refresh_from_db()


def discard(client: Client, batch: PhotoBatch, on_commit: Any) -> str:
    """Press the button of the page; the page that comes then."""
    address = reverse("registry:discard_photos", args=[batch.key])
    assert address in page_of(client, batch)
    with on_commit(execute=True):
        answer = client.post(address)
    batch.refresh_from_db()
    return client.get(answer["Location"]).content.decode()


def page_of(client: Client, batch: PhotoBatch) -> str:
    return client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()


def keys() -> list[object]:
    return list(Photo.objects.order_by("record").values_list("key", flat=True))


def assert_storage_holds_what_rows_name(media: Path) -> None:
    rows = [*Photo.objects.all(), *BatchPhoto.objects.all()]
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {name for row in rows for name in row.files}


def test_an_undo_that_failed_and_is_stopped_can_be_asked_for_again(
    client: Client,
    school: Institution,
    registrar: User,
    earlier: list[Photo],
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """There is no other copy of the photographs that the remaining records had before."""
    batch = taken(checked(school, registrar, 3, colour="red"), registrar)
    photos.undo_photos(batch=batch, by=registrar)
    fail(batch, "_give_back_group", django_capture_on_commit_callbacks)
    assert batch.undone == 1
    assert "撤销中途停止" in page_of(client, batch)
    page = discard(client, batch, django_capture_on_commit_callbacks)
    assert batch.state == PhotoBatchState.TAKEN
    assert reverse("registry:undo_photos", args=[batch.key]) in page
    assert all(default_storage.exists(name) for photo in earlier for name in photo.files)
    undo(batch, registrar, django_capture_on_commit_callbacks)
    assert (batch.state, batch.undone) == (PhotoBatchState.UNDONE, 3)
    assert keys() == [photo.key for photo in earlier]
    assert_storage_holds_what_rows_name(media)


def test_what_an_import_that_failed_has_brought_can_be_undone(
    client: Client,
    school: Institution,
    registrar: User,
    earlier: list[Photo],
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    batch = checked(school, registrar, 4, colour="red")
    photos.release_photos(batch=batch, by=registrar)
    fail(batch, "_give_group", django_capture_on_commit_callbacks)
    assert batch.stored == 1
    page = discard(client, batch, django_capture_on_commit_callbacks)
    assert (batch.state, batch.stored) == (PhotoBatchState.TAKEN, 1)
    assert batch.ended_at is not None
    assert reverse("registry:undo_photos", args=[batch.key]) in page
    assert list(BatchPhoto.objects.values_list("key", flat=True)) == [earlier[0].key]
    undo(batch, registrar, django_capture_on_commit_callbacks)
    assert keys() == [photo.key for photo in earlier]
    assert_storage_holds_what_rows_name(media)


def test_the_daily_sweep_loses_no_photo_of_an_undo_that_failed(
    school: Institution,
    registrar: User,
    earlier: list[Photo],
    django_capture_on_commit_callbacks: Any,
) -> None:
    """The ZIP was uploaded a month ago, and imported yesterday."""
    batch = taken(checked(school, registrar, 3, colour="red"), registrar)
    photos.undo_photos(batch=batch, by=registrar)
    fail(batch, "_give_back_group", django_capture_on_commit_callbacks)
    PhotoBatch.objects.update(created_at=timezone.now() - photos.RETENTION - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.forget_old_photo_batches()
    batch.refresh_from_db()
    undo(batch, registrar, django_capture_on_commit_callbacks)
    assert keys() == [photo.key for photo in earlier]


def test_what_is_discarded_while_it_is_checked_stays_discarded_and_leaves_nothing(
    client: Client,
    school: Institution,
    registrar: User,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """The worker finds the disk full after a colleague has discarded the file."""
    make_record(name="学生1", number=sample_number(1), student_number="S001")
    batch = photos.upload_photos(
        institution=school,
        kind=PhotoKind.ADMISSION,
        file_name="照片.zip",
        source=zip_of({"S001.jpg": picture(), "x.jpg": picture()}),
        created_by=registrar,
    )

    def discard_and_fill(of: PhotoBatch) -> tuple[int, int]:
        assert client.post(reverse("registry:discard_photos", args=[batch.key])).status_code == 302
        raise FileFaultError(FileFault.DISK_FULL)

    monkeypatch.setattr("enrollment.photos.services.expected", discard_and_fill)
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.check_photos(batch.pk)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.DISCARDED
    assert_storage_holds_what_rows_name(media)
    assert not BatchPhoto.objects.exists()


def test_who_retried_and_discarded_and_what_came_back_stands_in_the_trail(
    client: Client,
    school: Institution,
    registrar: User,
    earlier: list[Photo],
    django_capture_on_commit_callbacks: Any,
) -> None:
    batch = taken(checked(school, registrar, 3, colour="red"), registrar)
    photos.undo_photos(batch=batch, by=registrar)
    fail(batch, "_give_back_group", django_capture_on_commit_callbacks)
    client.post(reverse("registry:retry_photos", args=[batch.key]))
    fail(batch, "_give_back_group", django_capture_on_commit_callbacks)
    discard(client, batch, django_capture_on_commit_callbacks)
    undo(batch, registrar, django_capture_on_commit_callbacks)
    found = AuditEntry.objects.filter(subject_key=str(batch.key), actor_id=registrar.pk)
    acts = {entry.action.removeprefix("enrollment."): entry.detail for entry in found}
    assert {"retry_photos", "discard_photos", "put_photos_back"} <= set(acts)
    assert acts["discard_photos"]["undone"] == 2
    assert acts["put_photos_back"]["undone"] == 3


def test_an_undo_that_failed_goes_on_no_longer_once_its_photos_are_deleted(
    client: Client,
    school: Institution,
    registrar: User,
    earlier: list[Photo],
    django_capture_on_commit_callbacks: Any,
) -> None:
    """It would take the new photographs away and have nothing to put back."""
    batch = taken(checked(school, registrar, 3, colour="red"), registrar)
    photos.undo_photos(batch=batch, by=registrar)
    fail(batch, "_give_back_group", django_capture_on_commit_callbacks)
    old = timezone.now() - photos.RETENTION - timedelta(days=1)
    PhotoBatch.objects.filter(pk=batch.pk).update(ended_at=old)
    assert client.post(reverse("registry:retry_photos", args=[batch.key])).status_code == 302
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.FAILED
    assert len(keys()) == 3
