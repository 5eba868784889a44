"""Storage holds what rows name, and nothing else: whoever is killed and whatever fails."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.models import BatchPhoto, Institution, Photo, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from enrollment.photos.storage import keep_upload
from tests.enrollment.photos.pictures import checked, import_all, picture, taken, zip_of
from tests.people import make_record, sample_number

pytestmark = pytest.mark.django_db


def kept(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def named() -> set[str]:
    rows = [*Photo.objects.all(), *BatchPhoto.objects.all()]
    return {name for row in rows for name in row.files}


@pytest.fixture
def zip_of_two(school: Institution, registrar: User) -> PhotoBatch:
    """An uploaded ZIP: two photographs of people, one of nobody."""
    for serial in (1, 2):
        number = sample_number(serial)
        make_record(name=f"学生{serial}", number=number, student_number=f"S{serial}")
    return photos.upload_photos(
        institution=school,
        kind=PhotoKind.ADMISSION,
        file_name="照片.zip",
        source=zip_of({name: picture() for name in ("S1.jpg", "S2.jpg", "x.jpg")}),
        created_by=registrar,
    )


@contextmanager
def nothing_can_be_deleted() -> Iterator[None]:
    """The storage is read-only, or does not answer."""

    def refuse(storage: FileSystemStorage, name: str) -> None:
        raise OSError(30, "Read-only file system")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", refuse)
        yield


def test_a_row_names_each_file_before_it_is_written(
    zip_of_two: PhotoBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed while it writes leaves no file that nobody would find."""
    save, unknown = FileSystemStorage.save, list[str]()

    def look_and_save(storage: FileSystemStorage, name: str, content: Any) -> str:
        if name.startswith("photos/") and name not in named():
            unknown.append(name)
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "save", look_and_save)
    photos_tasks.check_photos(zip_of_two.pk)
    assert BatchPhoto.objects.count() == 2
    assert unknown == []


def test_what_a_killed_worker_has_not_written_is_drawn_again(
    zip_of_two: PhotoBatch, media: Path, registrar: User
) -> None:
    photos_tasks.check_photos(zip_of_two.pk)
    last = BatchPhoto.objects.latest("pk")
    default_storage.delete(last.thumbnail_stored_as)
    PhotoBatch.objects.update(state=PhotoBatchState.UPLOADED)
    source = zip_of({name: picture() for name in ("S1.jpg", "S2.jpg", "x.jpg")})
    keep_upload(zip_of_two, source)
    photos_tasks.check_photos(zip_of_two.pk)
    zip_of_two.refresh_from_db()
    assert (zip_of_two.state, zip_of_two.fresh) == (PhotoBatchState.CHECKED, 2)
    assert named() == {name for name in kept(media) if name.startswith("photos/")}
    assert not BatchPhoto.objects.filter(pk=last.pk).exists()


def test_a_worker_killed_before_it_deleted_the_zip_is_no_reason_to_check_again(
    zip_of_two: PhotoBatch, media: Path, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("enrollment.photos.services.forget_upload", lambda batch: None)
        photos_tasks.check_photos(zip_of_two.pk)
    zip_of_two.refresh_from_db()
    assert default_storage.exists(zip_of_two.upload)
    taken(zip_of_two, registrar)
    assert (zip_of_two.state, zip_of_two.new) == (PhotoBatchState.TAKEN, 2)
    assert not default_storage.exists(zip_of_two.upload)


@pytest.mark.parametrize("is_checked", [False, True])
def test_a_discarded_zip_that_cannot_be_deleted_is_deleted_the_next_day(
    client: Client,
    zip_of_two: PhotoBatch,
    media: Path,
    is_checked: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:
    if is_checked:
        photos_tasks.check_photos(zip_of_two.pk)
    address = reverse("registry:discard_photos", args=[zip_of_two.key])
    with nothing_can_be_deleted(), django_capture_on_commit_callbacks(execute=True):
        assert client.post(address).status_code == 302
    zip_of_two.refresh_from_db()
    assert zip_of_two.state == PhotoBatchState.DISCARDED
    assert kept(media)
    photos_tasks.forget_old_photo_batches()
    assert kept(media) == set()
    assert not BatchPhoto.objects.exists()


def test_photos_of_an_undo_that_cannot_be_deleted_are_deleted_the_next_day(
    school: Institution, registrar: User, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    taken(checked(school, registrar, 2), registrar)
    batch = taken(checked(school, registrar, 3, colour="red"), registrar)
    photos.undo_photos(batch=batch, by=registrar)
    with (
        nothing_can_be_deleted(),
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(OSError, match="Read-only"),
    ):
        photos_tasks.undo_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.undone) == (PhotoBatchState.UNDONE, 3)
    photos_tasks.forget_old_photo_batches()
    assert kept(media) == {name for photo in Photo.objects.all() for name in photo.files}
    assert not BatchPhoto.objects.exists()


def test_a_command_that_fails_leaves_no_list_of_refused_names(
    school: Institution, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(batch: PhotoBatch) -> Iterable[int]:
        raise FileFaultError(FileFault.DISK_FULL)

    monkeypatch.setattr("enrollment.photos.services.expected", fill)
    with pytest.raises(FileFaultError):
        import_all(school, zip_of({"x.jpg": picture()}))
    assert kept(media) == set()
    assert not PhotoBatch.objects.exists()


def test_what_a_killed_command_has_kept_is_deleted_the_next_day(
    zip_of_two: PhotoBatch, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """Its ZIP is not in storage: no worker can go on, and no page offers to discard it."""
    photos_tasks.check_photos(zip_of_two.pk)
    long_ago = timezone.now() - timedelta(days=2)
    PhotoBatch.objects.update(state=PhotoBatchState.UPLOADED, upload="", created_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.forget_old_photo_batches()
    zip_of_two.refresh_from_db()
    assert zip_of_two.state == PhotoBatchState.DISCARDED
    assert kept(media) == set()


def test_a_discard_while_files_are_written_leaves_none(
    zip_of_two: PhotoBatch, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """The first row is there already, and its file is not."""
    save = BatchPhoto.objects.bulk_create

    def discard_first(rows: Iterable[BatchPhoto]) -> list[BatchPhoto]:
        made = save(rows)
        with django_capture_on_commit_callbacks(execute=True):
            photos.discard_photos(batch=PhotoBatch.objects.get(pk=zip_of_two.pk))
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchPhoto.objects, "bulk_create", discard_first)
        photos.check_photos(zip_of_two)
    zip_of_two.refresh_from_db()
    assert zip_of_two.state == PhotoBatchState.DISCARDED
    assert not BatchPhoto.objects.exists()
    assert not [name for name in kept(media) if name.startswith("photos/")]


def test_a_zip_whose_upload_was_killed_is_deleted_after_a_month(
    school: Institution, registrar: User, media: Path, zip_of_two: PhotoBatch
) -> None:
    """Its row went with the transaction that the process did not finish."""
    killed = PhotoBatch(institution=school)
    left = media / keep_upload(killed, zip_of({"S1.jpg": picture()}))
    foreign = media / "photo-batches" / "lost+found" / "file"
    foreign.parent.mkdir()
    foreign.touch()
    photos_tasks.forget_old_photo_batches()
    assert left.exists(), "a web process may be at work on it"
    long_ago = (timezone.now() - photos.RETENTION - timedelta(days=1)).timestamp()
    for path in (left, foreign, media / zip_of_two.upload):
        os.utime(path, (long_ago, long_ago))
    photos_tasks.forget_old_photo_batches()
    assert not left.exists()
    assert foreign.exists()
    assert (media / zip_of_two.upload).exists(), "a row names it"


def test_photos_that_were_imported_are_told_so_even_if_the_cleaning_after_them_fails(
    school: Institution,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_record(name="学生", number=sample_number(1), student_number="S1")

    def refuse(batch: PhotoBatch) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("enrollment.photos.services.forget_waiting", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        tally = import_all(school, zip_of({"S1.jpg": picture()}))
    assert (tally.new, PhotoBatch.objects.get().state) == (1, PhotoBatchState.TAKEN)
    assert "Read-only file system" in caplog.text
