"""Photographs in the browser's path: upload, look whom they belong to, take, read the result."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import AuditEntry
from enrollment.files.images import PhotoFault
from enrollment.models import Institution, Photo, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.imported_files import AT
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.photos.zips import kept, page_of, send, take, upload
from tests.enrollment.registrar import make_registrar, signed_in_just_now


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


def test_a_zip_without_a_photo_of_anybody_offers_nothing_to_take(
    desk: Client, school: Institution
) -> None:
    batch = upload(desk, school, picture() + b"PK\x05\x06" + bytes(18))
    assert batch.state == PhotoBatchState.CHECKED
    assert reverse("registry:take_photos", args=[batch.key]) not in page_of(desk, batch)


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
