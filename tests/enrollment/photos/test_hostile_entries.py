"""Entries of a ZIP that are damaged or unfold without end: each is refused, the others are kept."""

import io
import tracemalloc
import zipfile

import pytest
from PIL import Image

from enrollment.files.images import PhotoFault, PhotoFaultError
from enrollment.models import Institution
from enrollment.photos.archive import PhotoTally, list_entries, open_zip, read_entry
from tests.enrollment.photos.pictures import import_all, picture, zip_of
from tests.people import make_record, sample_number

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.fixture
def two(school: Institution) -> Institution:
    """The school with the students S1 and S2."""
    for serial in (1, 2):
        make_record(name="赵一凡", number=sample_number(serial), student_number=f"S{serial}")
    return school


def packed(method: int) -> bytearray:
    """A ZIP with a picture of each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in ("S1.jpg", "S2.jpg"):
            archive.writestr(name, picture())
    return bytearray(out.getvalue())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", ["begin", "middle"])
def test_a_damaged_entry_is_told_and_the_others_are_taken(
    two: Institution, method: int, place: str
) -> None:
    content = packed(method)
    head, packed_size = 30 + len("S1.jpg"), int.from_bytes(content[18:22], "little")
    at = head + (packed_size // 2 if place == "middle" else 0)
    content[at : at + 12] = b"\xff\x07" * 6
    tally = import_all(two, io.BytesIO(content))
    assert tally.refused == [("S1.jpg", PhotoFault.DAMAGED)]
    assert tally.stored == 1


def bomb(method: int, megabytes: int) -> io.BytesIO:
    """An entry of so many zeros, of which both directories say that it has a thousand bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, archive.open("S1.jpg", "w") as file:
        for _ in range(megabytes):
            file.write(bytes(2**20))
    content = bytearray(out.getvalue())
    for at in (22, content.index(b"PK\x01\x02") + 24):
        content[at : at + 4] = (1000).to_bytes(4, "little")
    return io.BytesIO(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_that_lies_about_its_size_is_not_unfolded(method: int) -> None:
    """Packed by bzip2, a gigabyte and a half has 1263 bytes."""
    with open_zip(bomb(method, 150)) as archive:
        [entry] = list_entries(archive, PhotoTally())
        tracemalloc.start()
        try:
            with pytest.raises(PhotoFaultError) as refused:
                read_entry(archive, entry)
            assert tracemalloc.get_traced_memory()[1] < 120 * 2**20
        finally:
            tracemalloc.stop()
    assert refused.value.fault == PhotoFault.DAMAGED


@pytest.mark.parametrize(
    ("kind", "size"), [("PNG", (1, 70_000)), ("PNG", (4_000_000, 1)), ("JPEG", (60, 60_000))]
)
def test_a_picture_like_a_thread_is_told_and_the_others_are_taken(
    two: Institution, kind: str, size: tuple[int, int]
) -> None:
    """No JPEG could be made of the first, and no row of the last."""
    thread = io.BytesIO()
    Image.new("L", size).save(thread, kind)
    tally = import_all(two, zip_of({"S1.jpg": thread.getvalue(), "S2.jpg": picture()}))
    assert tally.refused == [("S1.jpg", PhotoFault.TOO_LONG)]
    assert tally.stored == 1
