"""One photograph: checked, drawn anew without metadata, and made small."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MAX_BYTES = 2**20
MAX_PIXELS = 4_000_000
THUMBNAIL = (120, 160)
QUALITY = 90
_STRICT = Lock()


class PhotoFault(models.TextChoices):
    """Why a photograph is not taken."""

    TOO_LARGE = "too_large", _("The picture is larger than 1 MB.")
    NOT_A_PICTURE = "not_a_picture", _("This is not a JPEG or PNG picture.")
    TOO_MANY_PIXELS = "too_many_pixels", _("The picture has more than 4 million pixels.")
    DAMAGED = "damaged", _("The picture is damaged or cut off.")
    ANIMATED = "animated", _("The picture moves; one still picture is needed.")
    NAME = "name", _("The name of the entry is not allowed in a ZIP file.")
    NOBODY = "nobody", _("No record has this number.")
    SEVERAL = "several", _("Several records have this number.")
    REPEATED = "repeated", _("Several pictures have this name.")
    SAME_RECORD = "same_record", _("Several pictures of this file belong to the same record.")


class PhotoFaultError(Exception):
    """The photograph cannot be taken."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Picture:
    """A photograph as it is kept: two JPEGs and the size of the larger in pixels."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


def prepare(data: bytes) -> Picture:
    """Check a JPEG or PNG and draw it anew: no metadata and nothing hidden survives.

    The size is looked at before anything is unpacked. Raises PhotoFaultError.
    """
    if len(data) > MAX_BYTES:
        raise PhotoFaultError(PhotoFault.TOO_LARGE)
    upright = _drawn(data, MAX_PIXELS)
    # Whole factors first: three times as fast as one step, and the eye sees no difference.
    factor = min(side // most for side, most in zip(upright.size, THUMBNAIL, strict=True))
    small = upright.reduce(max(1, factor))
    small.thumbnail(THUMBNAIL)
    return Picture(_jpeg(upright), _jpeg(small), upright.width, upright.height)


def redraw(data: bytes, *, max_pixels: int, longest: int) -> bytes:
    """A JPEG or PNG as a fresh JPEG, at most ``longest`` pixels a side. Raises PhotoFaultError."""
    upright = _drawn(data, max_pixels)
    upright.thumbnail((longest, longest), reducing_gap=2.0)
    return _jpeg(upright)


def _drawn(data: bytes, max_pixels: int) -> Image.Image:
    try:
        with _whole_only(), Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            _refuse(image, max_pixels)
            plain = _plain(image)
            ImageOps.exif_transpose(plain, in_place=True)
            return plain
    except UnidentifiedImageError as error:
        raise PhotoFaultError(PhotoFault.NOT_A_PICTURE) from error
    except Image.DecompressionBombError as error:
        raise PhotoFaultError(PhotoFault.TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PhotoFaultError(PhotoFault.DAMAGED) from error


@contextmanager
def _whole_only() -> Iterator[None]:
    """Let Pillow refuse pictures that are cut off.

    WeasyPrint, in the same process, switches to forgiving for everybody.
    """
    with _STRICT:
        forgiving, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = forgiving


def _refuse(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise PhotoFaultError(PhotoFault.TOO_MANY_PIXELS)
    if getattr(image, "n_frames", 1) > 1:
        raise PhotoFaultError(PhotoFault.ANIMATED)


def _plain(image: Image.Image) -> Image.Image:
    """Eight-bit RGB on white, whatever it was (CMYK, 16-bit, palette, transparent)."""
    image.load()
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        seen = image.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    # A new picture: EXIF, comments and profiles of the old one are left behind.
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
