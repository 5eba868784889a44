"""Files that are no ZIP of photographs, or a hostile one, end on a page that says so."""

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from enrollment.files.faults import FileFault
from enrollment.models import Institution, PhotoBatch, PhotoBatchState
from tests.enrollment.imported_files import AT
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.photos.zips import kept, page_of, send, take, upload
from tests.enrollment.registrar import signed_in_just_now


@pytest.mark.parametrize("content", [b"", b"<html>", picture()])
def test_what_is_no_zip_ends_on_a_page_that_says_so(
    desk: Client, school: Institution, content: bytes, media: Path
) -> None:
    batch = upload(desk, school, content)
    assert (batch.state, batch.failure) == (PhotoBatchState.FAILED, FileFault.NOT_A_ZIP)
    assert str(FileFault.NOT_A_ZIP.label) in page_of(desk, batch)
    assert kept(media) == []


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
