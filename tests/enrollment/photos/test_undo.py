"""The undo of an import of photographs: earlier ones come back, later ones stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from enrollment.files.sealed import keep_sealed
from enrollment.models import (
    BatchPhoto,
    FieldChange,
    Institution,
    Photo,
    PhotoBatch,
    PhotoBatchState,
    WrongStateError,
)
from enrollment.photos import exchange
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.photos.pictures import checked, picture, taken, zip_of
from tests.enrollment.registrar import signed_in_just_now
from tests.enrollment.sweeps import sweep_photos
from tests.people import sample_number

pytestmark = pytest.mark.django_db
COLOURS = ("green", "yellow")


@pytest.fixture
def replaced(school: Institution, registrar: User) -> tuple[list[Photo], PhotoBatch]:
    """Two photographs, and an import that has replaced both and brought a third."""
    taken(checked(school, registrar, 2), registrar)
    earlier = list(Photo.objects.order_by("record"))
    return earlier, taken(checked(school, registrar, 3, colour="red"), registrar)


def undo(batch: PhotoBatch, by: User) -> None:
    """Ask for it, and let the worker do it."""
    photos.undo_photos(batch=batch, by=by)
    photos_tasks.undo_photo_batch(batch.pk)
    batch.refresh_from_db()


def test_earlier_photos_come_back_and_new_ones_go(
    client: Client,
    registrar: User,
    replaced: tuple[list[Photo], PhotoBatch],
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    earlier, batch = replaced
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    address = reverse("registry:undo_photos", args=[batch.key])
    assert address in page
    signed_in_just_now(client)
    assert "恢复原有照片" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.undo_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.undone, batch.undone_by) == (PhotoBatchState.UNDONE, 3, registrar)
    found = list(Photo.objects.order_by("record"))
    assert [(one.key, one.added_at, one.taken_in_id) for one in found] == [
        (one.key, one.added_at, one.taken_in_id) for one in earlier
    ]
    assert not BatchPhoto.objects.exists()
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {name for photo in found for name in photo.files}
    assert AuditEntry.objects.filter(action="enrollment.undo_photos", actor_id=registrar.pk)
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert "已撤销照片" in page
    assert address not in page


def test_a_photo_replaced_since_stays_and_is_told(
    client: Client, school: Institution, registrar: User, replaced: tuple[list[Photo], PhotoBatch]
) -> None:
    earlier, batch = replaced
    latest = taken(checked(school, registrar, 1, colour="green"), registrar)
    undo(batch, registrar)
    assert (batch.stored, batch.undone) == (3, 2)
    photo = Photo.objects.get(record=earlier[0].record_id)
    assert photo.taken_in == latest
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert "未撤销（之后有变动）" in page


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
def test_in_whatever_order_later_batches_are_undone_the_first_photo_comes_back(
    school: Institution,
    registrar: User,
    replaced: tuple[list[Photo], PhotoBatch],
    media: Path,
    django_capture_on_commit_callbacks: Any,
    order: tuple[int, ...],
) -> None:
    """Who undoes an import does not want its photographs, whatever was imported since."""
    earlier, batch = replaced
    later = [taken(checked(school, registrar, 3, colour=colour), registrar) for colour in COLOURS]
    with django_capture_on_commit_callbacks(execute=True):
        for at in order:
            undo([batch, *later][at], registrar)
    found = list(Photo.objects.order_by("record"))
    assert [one.key for one in found] == [one.key for one in earlier]
    assert not BatchPhoto.objects.exists()
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {name for photo in found for name in photo.files}


def test_a_photo_of_a_former_person_never_comes_back(
    registrar: User, replaced: tuple[list[Photo], PhotoBatch]
) -> None:
    earlier, batch = replaced
    record = earlier[0].record
    FieldChange.objects.create(record=record, field="certificate_number", version=2)
    undo(batch, registrar)
    assert record.photos.get().key != earlier[0].key
    assert not BatchPhoto.objects.exists()


def test_what_an_earlier_version_imported_is_not_undone(
    client: Client, registrar: User, replaced: tuple[list[Photo], PhotoBatch]
) -> None:
    """It has deleted what it replaced."""
    _, batch = replaced
    PhotoBatch.objects.update(keeps_replaced=False)
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert reverse("registry:undo_photos", args=[batch.key]) not in page
    with pytest.raises(photos.UndoExpiredError):
        photos.undo_photos(batch=batch, by=registrar)


def test_what_an_earlier_version_checked_is_checked_again(
    school: Institution, registrar: User
) -> None:
    batch = checked(school, registrar, 2)
    content = zip_of({f"{sample_number(1)}.jpg": picture()})
    name = keep_sealed(batch.upload, content, f"photo-batch-file:{batch.key}")
    PhotoBatch.objects.update(upload=name)
    BatchPhoto.objects.all().delete()
    taken(batch, registrar)
    assert (batch.state, batch.new) == (PhotoBatchState.UPLOADED, 0)
    PhotoBatch.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    sweep_photos()
    batch.refresh_from_db()
    assert (batch.state, batch.fresh) == (PhotoBatchState.CHECKED, 1)
    assert taken(batch, registrar).new == 1


def test_of_two_undos_one_is_done(
    registrar: User, replaced: tuple[list[Photo], PhotoBatch]
) -> None:
    _, batch = replaced
    again = PhotoBatch.objects.get(pk=batch.pk)
    undo(batch, registrar)
    with pytest.raises(WrongStateError):
        photos.undo_photos(batch=again, by=registrar)
    photos_tasks.undo_photo_batch(batch.pk)
    assert Photo.objects.count() == 2


def test_an_undo_that_was_killed_goes_on(
    registrar: User, replaced: tuple[list[Photo], PhotoBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, batch = replaced
    monkeypatch.setattr(exchange, "GROUP", 1)
    photos.undo_photos(batch=batch, by=registrar)

    def die(done: int) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        exchange.give_back(batch, die)
    assert {photo.taken_in_id for photo in Photo.objects.all()} >= {batch.pk}
    PhotoBatch.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    sweep_photos()
    batch.refresh_from_db()
    assert (batch.state, batch.undone) == (PhotoBatchState.UNDONE, 3)
    found = list(Photo.objects.order_by("record").values_list("key", flat=True))
    assert found == [photo.key for photo in earlier]


def test_after_a_month_replaced_photos_are_deleted_and_nothing_is_undone(
    client: Client,
    registrar: User,
    replaced: tuple[list[Photo], PhotoBatch],
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _, batch = replaced
    old = timezone.now() - photos.RETENTION - timedelta(days=1)
    PhotoBatch.objects.filter(pk=batch.pk).update(ended_at=old)
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert reverse("registry:undo_photos", args=[batch.key]) not in page
    with pytest.raises(photos.UndoExpiredError):
        photos.undo_photos(batch=batch, by=registrar)
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.forget_old_photo_batches()
    assert not BatchPhoto.objects.exists()
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {name for photo in Photo.objects.all() for name in photo.files}
