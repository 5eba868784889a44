"""Pictures are re-encoded: hostile ones are refused, hidden content stays behind."""

import io

import pytest
from PIL import Image, ImageFile

from enrollment.files.images import PhotoFault, PhotoFaultError, prepare
from tests.enrollment.photos.pictures import picture, zip_of


def huge_png() -> bytes:
    out = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


def moving_png() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", PhotoFault.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoFault.NOT_A_PICTURE),
        (picture(kind="GIF", mode="P"), PhotoFault.NOT_A_PICTURE),
        (picture(kind="TIFF"), PhotoFault.NOT_A_PICTURE),
        (zip_of({"a.jpg": b"x"}).getvalue(), PhotoFault.NOT_A_PICTURE),
        (picture()[:900], PhotoFault.DAMAGED),
        (picture() + bytes(2**20), PhotoFault.TOO_LARGE),
        (huge_png(), PhotoFault.TOO_MANY_PIXELS),
        (moving_png(), PhotoFault.ANIMATED),
    ],
)
def test_hostile_pictures_are_refused(data: bytes, fault: PhotoFault) -> None:
    with pytest.raises(PhotoFaultError) as refused:
        prepare(data)
    assert refused.value.fault == fault


def test_a_cut_off_picture_is_refused_whatever_other_libraries_allow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(PhotoFaultError):
        prepare(picture()[:900])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("RGBA", "PNG"), ("I;16", "PNG"), ("P", "PNG")],
)
def test_every_colour_mode_becomes_a_plain_jpeg(mode: str, kind: str) -> None:
    made = prepare(picture(mode=mode, kind=kind))
    assert Image.open(io.BytesIO(made.jpeg)).mode == "RGB"


def test_metadata_and_anything_hidden_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (39.0, 54.0, 0.0)}
    exif[0x010E] = "secret place"
    source = picture(exif=exif, comment=b"secret place") + b"<?php secret place"
    assert b"secret place" in source
    made = prepare(source)
    for jpeg in (made.jpeg, made.thumbnail):
        assert b"secret place" not in jpeg
        assert not Image.open(io.BytesIO(jpeg)).getexif()
