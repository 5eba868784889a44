"""Invented photographs and ZIPs of them."""

import io
import zipfile

from PIL import Image

from accounts.models import User
from enrollment.demo.samples import HEADER, sample_rows
from enrollment.models import PhotoBatch, PhotoKind
from enrollment.photos import services as photos
from tests.people import make_school


def picture(colour: str = "navy", mode: str = "RGB", kind: str = "JPEG", **save: object) -> bytes:
    """A portrait of no one, 480×640."""
    out = io.BytesIO()
    image = (
        Image.new("RGB", (480, 640), colour).convert(mode)
        if mode != "I;16"
        else Image.new(mode, (480, 640))
    )
    image.save(out, kind, **save)
    return out.getvalue()


def zip_of(entries: dict[str, bytes]) -> io.BytesIO:
    """A ZIP in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def make_photo_batch(by: User) -> PhotoBatch:
    """A checked ZIP of the invented school: one photograph of a sample person, one of nobody."""
    number = next(iter(sample_rows(1, seed=1)))[HEADER.index("学号")]
    batch = photos.upload_photos(
        institution=make_school(),
        kind=PhotoKind.ADMISSION,
        file_name="2026级录取照片.zip",
        source=zip_of({f"{number}.jpg": picture(), "无此人.jpg": picture()}),
        created_by=by,
    )
    photos.check_photos(batch)
    batch.refresh_from_db()
    return batch
