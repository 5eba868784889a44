"""ZIPs of photographs in the browser of a registrar, and what storage keeps of them."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.models import Institution, PhotoBatch
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.registrar import signed_in_just_now

PHOTOS = reverse("registry:photo_batches")


def send(
    desk: Client, school: Institution, content: bytes, *, name: str = "照片.zip", **data: object
) -> Any:
    """Upload a ZIP; the answer."""
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
    """The page of the ZIP."""
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
    """The files that storage holds."""
    return [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]
