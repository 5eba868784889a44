"""Pictures are turned upright by their metadata, however the rest of these are written."""

import io

import pytest
from PIL import ExifTags, Image, ImageOps

from enrollment.files.drawing import drawn

ENOUGH = 10_000
# The colours of the corners of ``photograph``: A and B above, C and D below.
CORNERS = ((0, 0, 0), (23, 0, 0), (232, 160, 0), (255, 160, 0))


def photograph(orientation: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    """A picture whose pixels all differ, with a resolution in its metadata."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.XResolution] = 72.0
    picture = Image.new(mode, (24, 32))
    for at in range(24 * 32):
        picture.putpixel((at % 24, at // 24), (at % 256, at // 256 * 80, 0, 255)[: len(mode)])
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_orientation_is_turned_upright(orientation: int, mode: str) -> None:
    source = photograph(orientation, mode)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(source))).convert("RGB")
    assert drawn(source, ENOUGH).tobytes() == upright.tobytes()


@pytest.mark.parametrize(
    ("orientation", "corners"),
    [
        (1, "ABCD"), (2, "BADC"), (3, "DCBA"), (4, "CDAB"),
        (5, "ACBD"), (6, "CADB"), (7, "DBCA"), (8, "BDAC"),
    ],
)  # fmt: skip
def test_the_corners_of_the_picture_lie_where_its_metadata_say(
    orientation: int, corners: str
) -> None:
    image = drawn(photograph(orientation), ENOUGH)
    at: dict[object, str] = dict(zip(CORNERS, "ABCD", strict=True))
    right, bottom = image.width - 1, image.height - 1
    found = [image.getpixel(place) for place in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
    assert "".join(at[colour] for colour in found) == corners


@pytest.mark.parametrize("strange", [b"\x01\x00\x00\x05", b"\x01\x11\x00\x05"])
def test_a_picture_with_strange_metadata_is_taken_and_turned(strange: bytes) -> None:
    source = photograph(6, kind="JPEG").replace(b"\x01\x1a\x00\x05", strange)
    turned = drawn(source, ENOUGH)
    assert turned.tobytes() == drawn(photograph(6, kind="JPEG"), ENOUGH).tobytes()
    assert turned.size == (32, 24)


@pytest.mark.parametrize(("count", "size"), [(0, (24, 32)), (1, (32, 24)), (0xFFFF, (32, 24))])
def test_a_picture_with_broken_metadata_is_turned_as_far_as_they_can_be_read(
    count: int, size: tuple[int, int]
) -> None:
    source = photograph(6, kind="JPEG")
    at = source.index(b"MM\x00*") + 8
    assert drawn(source[:at] + count.to_bytes(2) + source[at + 2 :], ENOUGH).size == size
