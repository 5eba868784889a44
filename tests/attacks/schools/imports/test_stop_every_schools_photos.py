"""One ZIP of photographs stops the others: it must be a fault of that ZIP or picture alone."""

import io

import pytest
from pytest_django import Settings

from accounts.models import User
from enrollment.files.faults import FileFault
from enrollment.models import Institution, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos import staging
from enrollment.photos.archive import belonging
from tests.enrollment.imported_files import AT, sample
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.sweeps import sweep_photos

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_one_zip_of_photographs_stops_no_other(
    registrar: User, school: Institution, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    made = [
        photos.upload_photos(
            institution=school,
            kind=PhotoKind.ADMISSION,
            file_name=f"{number}.zip",
            source=io.BytesIO(b"PK\x05\x06" + bytes(18)),
            created_by=registrar,
        )
        for number in range(2)
    ]
    PhotoBatch.objects.update(created_at="2026-01-01T00:00:00Z")
    calls = []

    def fail_for_the_first(*given: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise OverflowError
        return belonging(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "belonging", fail_for_the_first)
    for _ in range(2):
        sweep_photos()
    assert PhotoBatch.objects.get(pk=made[1].pk).state == PhotoBatchState.CHECKED

    def fail(*given: object) -> None:
        raise OverflowError

    monkeypatch.setattr(staging, "belonging", fail)
    for _ in range(photos.MAX_ATTEMPTS + 1):
        sweep_photos()
    first = PhotoBatch.objects.get(pk=made[0].pk)
    assert (first.state, first.failure) == (PhotoBatchState.FAILED, FileFault.GIVEN_UP)


def test_a_photograph_without_a_name_is_refused_by_itself(
    registrar: User, school: Institution
) -> None:
    """The library reads a name up to its first NUL, and then stumbles over the empty one."""
    number = sample(1)[0][AT["学号"]]
    content = zip_of({"NUL.jpg": picture(), f"{number}.jpg": picture()}).getvalue()
    batch = photos.upload_photos(
        institution=school,
        kind=PhotoKind.ADMISSION,
        file_name="a.zip",
        source=io.BytesIO(content.replace(b"NUL.jpg", b"\0UL.jpg")),
        created_by=registrar,
    )
    photos.check_photos(batch)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.CHECKED
