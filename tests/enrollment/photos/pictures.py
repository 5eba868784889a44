"""Invented photographs and ZIPs of them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from accounts.models import User
from enrollment.demo.samples import HEADER, sample_rows
from enrollment.models import Institution, PhotoBatch, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos.archive import PhotoTally
from enrollment.photos.direct_import import import_zip
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import make_record, make_school, sample_number


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


def import_all(
    school: Institution, source: BinaryIO, report: Callable[[int], None] = lambda done: None
) -> PhotoTally:
    """Check a ZIP and import what is good, as the command line does."""
    return import_zip(
        institution=school, kind=PhotoKind.ADMISSION, file_name="a.zip", source=source,
        report=report,
    )  # fmt: skip


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


def checked(school: Institution, by: User, people: int, colour: str = "navy") -> PhotoBatch:
    """A checked ZIP with a photograph of each of so many people, named by certificate number."""
    numbers = [sample_number(serial) for serial in range(1, people + 1)]
    for serial, number in enumerate(numbers, start=1):
        if not school.records.filter(student_number=f"S{serial:03}").exists():
            make_record(name=f"学生{serial}", number=number, student_number=f"S{serial:03}")
    batch = photos.upload_photos(
        institution=school,
        kind=PhotoKind.ADMISSION,
        file_name="照片.zip",
        source=zip_of({f"{number}.jpg": picture(colour) for number in numbers}),
        created_by=by,
    )
    photos.check_photos(batch)
    batch.refresh_from_db()
    return batch


def taken(batch: PhotoBatch, by: User) -> PhotoBatch:
    """The same ZIP, imported."""
    photos.release_photos(batch=batch, by=by)
    photos.import_photo_batch(batch)
    batch.refresh_from_db()
    return batch


def zip_of_many(count: int, path: Path) -> Path:
    """A ZIP of photographs of the first ``count`` people of the sample; the eighth is broken."""
    run_import(write_csv(path.with_suffix(".csv"), sample(count)))
    with zipfile.ZipFile(path, "w") as archive:
        for index, row in enumerate(sample(count)):
            content = b"broken" if index == 7 else picture()
            archive.writestr(f"{row[AT['学号']]}.jpg", content)
    return path
