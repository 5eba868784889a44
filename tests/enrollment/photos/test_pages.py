"""Photographs in the browser's path: upload, look whom they belong to, take, read the result."""

import io
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import AuditEntry
from enrollment.files.faults import FileFault
from enrollment.files.images import PhotoFault
from enrollment.jobs.locking import IMPORT_LOCK
from enrollment.models import (
    BatchPhoto,
    Institution,
    Photo,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
)
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.registrar import make_registrar, signed_in_just_now

PHOTOS = reverse("registry:photo_batches")


@pytest.fixture
def rows(school: Institution, tmp_path: Path) -> list[list[str]]:
    """Six students of the invented school, imported."""
    found = sample(6)
    run_import(write_csv(tmp_path / "a.csv", found))
    return found


def send(
    desk: Client, school: Institution, content: bytes, *, name: str = "照片.zip", **data: object
) -> Any:
    file = SimpleUploadedFile(name, content)
    return desk.post(PHOTOS, {"institution": school.pk, "kind": "admission", "file": file} | data)


def upload(
    desk: Client, school: Institution, content: bytes, kind: str = "admission"
) -> PhotoBatch:
    """Send a ZIP, see the page that waits, and let the worker check it."""
    answer = send(desk, school, content, kind=kind)
    assert answer.status_code == 302, answer.content.decode()
    assert "data-live" in desk.get(answer["Location"]).content.decode()
    batch = PhotoBatch.objects.latest("pk")
    photos_tasks.check_photos(batch.pk)
    batch.refresh_from_db()
    return batch


def page_of(desk: Client, batch: PhotoBatch) -> str:
    return desk.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()


def take(desk: Client, batch: PhotoBatch) -> None:
    """Take the photographs of a checked ZIP, as far as the page lets this person."""
    signed_in_just_now(desk)
    address = reverse("registry:take_photos", args=[batch.key])
    assert desk.get(address).status_code == 200
    assert desk.post(address).status_code == 302
    photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()


def kept(media: Path) -> list[str]:
    return [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]


def test_photos_are_checked_then_taken_then_told(
    desk: Client, school: Institution, rows: list[list[str]], media: Path
) -> None:
    entries = {f"{row[AT['学号']]}.jpg": picture() for row in rows[:3]}
    first = upload(desk, school, zip_of(entries).getvalue())
    take(desk, first)
    assert (first.new, first.replaced, first.same, first.refused) == (3, 0, 0, 0)

    names = list(entries)
    entries[names[1]] = picture("red")
    entries[f"{rows[4][AT['考生号']]}.png"] = picture(kind="PNG")
    entries[names[2]] = b"no picture"
    entries["20990000.jpg"] = picture()
    second = upload(desk, school, zip_of(entries).getvalue())
    assert (second.state, second.fresh, second.replacing) == (PhotoBatchState.CHECKED, 1, 1)
    assert (second.same, second.refused) == (1, 2)
    page = page_of(desk, second)
    assert str(PhotoFault.NOBODY.label) in page
    assert str(PhotoFault.NOT_A_PICTURE.label) in page  # told before anything changes
    assert "20990000.jpg" in page
    assert Photo.objects.count() == 3  # nothing changes before someone says so

    take(desk, second)
    assert (second.new, second.replaced, second.same, second.refused) == (1, 1, 1, 2)
    assert second.state == PhotoBatchState.TAKEN
    page = page_of(desk, second)
    assert "data-live" not in page
    assert names[2] in page
    assert not [name for name in kept(media) if name.endswith("/file")]

    address = reverse("registry:refused_photos", args=[second.key])
    signed_in_just_now(desk)
    desk.post(reverse("registry:reason"), {"words": "补交照片", "for_all": "on"})
    content = b"".join(desk.get(address).streaming_content)  # type: ignore[attr-defined]
    table = list(load_workbook(io.BytesIO(content)).worksheets[0].values)
    assert {row[0] for row in table[1:]} == {names[2], "20990000.jpg"}
    acts = AuditEntry.objects.filter(subject_key=str(second.key)).values_list("action", flat=True)
    assert set(acts) == {
        "enrollment.upload_photos",
        "enrollment.release_photos",
        "enrollment.import_photos",
        "enrollment.view_refused_photos",
        "enrollment.download_refused_photos",
    }


def test_the_kind_must_be_chosen_and_is_kept(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    content = zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue()
    assert send(desk, school, content, kind="").status_code == 200
    assert not PhotoBatch.objects.exists()
    take(desk, upload(desk, school, content, kind="graduation"))
    assert Photo.objects.get().kind == PhotoKind.GRADUATION


def test_a_certificate_number_in_a_name_is_masked_everywhere(
    desk: Client, school: Institution, rows: list[list[str]], media: Path
) -> None:
    number = rows[0][AT["证件号码"]]
    entries = {f"{number}.jpg": b"broken", f"王明-{number}.jpg": picture()}
    batch = upload(desk, school, zip_of(entries).getvalue())
    take(desk, batch)
    assert batch.refused == 2
    page = page_of(desk, batch)
    assert number not in page
    assert "王明-" in page
    assert not [
        name for name in kept(media) if number in (media / name).read_bytes().decode("latin")
    ]


@pytest.mark.parametrize("content", [b"", b"<html>", picture()])
def test_what_is_no_zip_ends_on_a_page_that_says_so(
    desk: Client, school: Institution, content: bytes, media: Path
) -> None:
    batch = upload(desk, school, content)
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.NOT_A_ZIP)
    assert str(FileFault.NOT_A_ZIP.label) in page_of(desk, batch)
    assert kept(media) == []


def test_a_zip_without_a_photo_of_anybody_offers_nothing_to_take(
    desk: Client, school: Institution
) -> None:
    batch = upload(desk, school, picture() + b"PK\x05\x06" + bytes(18))
    assert batch.state == PhotoBatchState.CHECKED
    assert reverse("registry:take_photos", args=[batch.key]) not in page_of(desk, batch)


def test_hostile_archives_end_on_a_page_that_says_so(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.jpg", bytes(60 * 2**20))
    locked = bytearray(zip_of({"1.jpg": b"x"}).getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    for content, fault in ((bomb.getvalue(), FileFault.TOO_LARGE), (locked, FileFault.LOCKED_ZIP)):
        batch = upload(desk, school, bytes(content))
        assert batch.failure == fault
        assert str(fault.label) in page_of(desk, batch)


def test_hostile_entries_are_listed_and_the_good_ones_taken(
    desk: Client, school: Institution, rows: list[list[str]], media: Path
) -> None:
    number = rows[0][AT["学号"]]
    nested = zip_of({"a.jpg": picture()}).getvalue()
    entries = {
        f"{number}.jpg": picture(),
        "../../evil.jpg": picture(),
        "/etc/cron.d/evil": picture(),
        "..\\evil.jpg": picture(),
        f"{rows[1][AT['学号']]}.jpg": nested,
        f"{rows[2][AT['学号']]}.svg": b"<svg onload='alert(1)'/>",
        "=cmd|' /C calc'!A0.jpg": picture(),
        "<script>alert(1)</script>.jpg": picture(),
    }
    batch = upload(desk, school, zip_of(entries).getvalue())
    take(desk, batch)
    assert (batch.new, batch.refused) == (1, 7)
    assert "<script>alert" not in page_of(desk, batch)
    signed_in_just_now(desk)
    desk.post(reverse("registry:reason"), {"words": "补交照片", "for_all": "on"})
    address = reverse("registry:refused_photos", args=[batch.key])
    content = b"".join(desk.get(address).streaming_content)  # type: ignore[attr-defined]
    cells = [cell for row in load_workbook(io.BytesIO(content)).worksheets[0] for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [name for name in kept(media) if "evil" in name]


@pytest.mark.parametrize("name", ["照片.rar", "照片"])
def test_a_file_of_another_kind_is_refused_at_the_form(
    desk: Client, school: Institution, name: str
) -> None:
    answer = send(desk, school, b"Rar!", name=name)
    assert answer.status_code == 200
    assert name in answer.content.decode()
    assert not PhotoBatch.objects.exists()


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
            photos_tasks.sweep_photo_batches()
    photos_tasks.sweep_photo_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.GIVEN_UP)
    desk.post(reverse("registry:retry_photos", args=[batch.key]))
    PhotoBatch.objects.update(started_at=long_ago)
    photos_tasks.sweep_photo_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.new) == (PhotoBatchState.TAKEN, 1)


def test_four_eyes_are_asked_for_photos_too(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    Institution.objects.filter(pk=school.pk).update(second_approver=True)
    batch = upload(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    assert reverse("registry:take_photos", args=[batch.key]) not in page_of(desk, batch)
    take(desk, batch)
    assert batch.state == PhotoBatchState.CHECKED
    colleague = Client()
    colleague.force_login(make_registrar("second@example.org", school))
    take(colleague, batch)
    assert batch.state == PhotoBatchState.TAKEN


def test_the_password_is_asked_before_photos_are_taken(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    batch = upload(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    session = desk.session
    session["account_authentication_methods"] = []
    session.save()
    answer = desk.post(reverse("registry:take_photos", args=[batch.key]))
    assert reverse("account_reauthenticate") in answer["Location"]
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.CHECKED


def test_discarded_and_forgotten_files_leave_storage(
    desk: Client,
    school: Institution,
    rows: list[list[str]],
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    content = zip_of({f"{rows[0][AT['学号']]}.jpg": picture(), "x.jpg": b""}).getvalue()
    batch = upload(desk, school, content)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("registry:discard_photos", args=[batch.key]))
    assert kept(media) == []
    left, taken = upload(desk, school, content), upload(desk, school, content)
    take(desk, taken)
    old = timezone.now() - photos.RETENTION - timedelta(days=1)
    PhotoBatch.objects.update(created_at=old)
    PhotoBatch.objects.filter(pk=taken.pk).update(ended_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        photos_tasks.forget_old_photo_batches()
    left.refresh_from_db()
    assert left.state == PhotoBatchState.DISCARDED
    assert len(kept(media)) == 2  # the photograph and its thumbnail
    assert default_storage.exists(Photo.objects.get().stored_as)
    assert page_of(desk, taken)


@contextmanager
def another_import_of(school: Institution) -> Iterator[None]:
    """Another worker holds the institution's place."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [IMPORT_LOCK, school.pk])
        yield
    finally:
        other.close()


def test_a_zip_is_checked_by_one_worker_however_often_it_is_enqueued(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    send(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    batch = PhotoBatch.objects.get()
    PhotoBatch.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    with another_import_of(school):  # the first worker, still at it
        for _ in range(photos.MAX_ATTEMPTS + 2):
            photos_tasks.sweep_photo_batches()
        batch.refresh_from_db()
        assert (batch.state, batch.attempts) == (PhotoBatchState.UPLOADED, 0)
    photos_tasks.sweep_photo_batches()
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.CHECKED


def test_photos_wait_while_another_import_of_the_school_runs(
    desk: Client, school: Institution, rows: list[list[str]]
) -> None:
    batch = upload(desk, school, zip_of({f"{rows[0][AT['学号']]}.jpg": picture()}).getvalue())
    signed_in_just_now(desk)
    desk.post(reverse("registry:take_photos", args=[batch.key]))
    with another_import_of(school):
        photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (PhotoBatchState.TAKING, 0)
    assert "data-live" in page_of(desk, batch)
    photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.TAKEN
