"""Decode pictures and re-encode them as plain JPEG, with limits on processor time and memory.

Run as ``python -m enrollment.files.drawing MAX_PIXELS LONGEST`` with a picture as standard
input, it writes the JPEG to standard output; the exit code says why not. This module imports
neither Django nor the portal, so that the process starts within 50 ms.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import ExifTags, Image, ImageFile, JpegImagePlugin, UnidentifiedImageError

from enrollment.files.child import limit_this_process

QUALITY = 90
# A progressive JPEG is decoded once for each scan: cameras and phones write up to 12,
# each scan of a million pixels costs about a millisecond.
MAX_PIXELS_SCANNED = 1_000_000_000
# Pillow joins or unpacks each of these blocks; cameras write one or two.
MAX_BLOCKS = 16
COSTLY_BLOCKS = (b"Exif\0\0", b"ICC_PROFILE\0", b"iCCP", b"http://ns.adobe.com/xap/1.0/")
# EXIF's number of an orientation → what makes the picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

NOT_A_PICTURE, TOO_MANY_PIXELS = "not_a_picture", "too_many_pixels"
DAMAGED, ANIMATED, COSTLY = "damaged", "animated", "costly"
EXIT_CODES = {NOT_A_PICTURE: 3, TOO_MANY_PIXELS: 4, DAMAGED: 5, ANIMATED: 6, COSTLY: 7}

_STRICT = Lock()


class DrawingError(Exception):
    """The picture cannot be drawn; ``reason`` is one of ``EXIT_CODES``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def drawn(data: bytes, max_pixels: int, longest: int | None = None) -> Image.Image:
    """The picture upright, in eight-bit RGB on white, at most ``longest`` pixels a side.

    Nothing else of the file is kept. Its size and structure are checked before decoding.
    Raises DrawingError.
    """
    _refuse_costly_blocks(data)
    try:
        with _whole_only(), Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            _refuse(image, data, max_pixels)
            if longest and isinstance(image, JpegImagePlugin.JpegImageFile):
                image.draft(None, (longest, longest))  # decoded at a half, a quarter or an eighth
            plain = _upright(_plain(image), image)
            if longest:
                plain.thumbnail((longest, longest), reducing_gap=2.0)
            return plain
    except DrawingError:
        raise
    except UnidentifiedImageError as error:
        raise DrawingError(NOT_A_PICTURE) from error
    except Image.DecompressionBombError as error:
        raise DrawingError(TOO_MANY_PIXELS) from error
    except MemoryError as error:
        raise DrawingError(COSTLY) from error
    except Exception as error:  # any other error of the decoder is caused by the file
        raise DrawingError(DAMAGED) from error


def jpeg(image: Image.Image) -> bytes:
    """``image`` as a JPEG file without EXIF, comments or profiles."""
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def main(max_pixels: int, longest: int) -> int:
    """Re-encode standard input to standard output; the exit code is the reason of a failure."""
    limit_this_process()
    try:
        sys.stdout.buffer.write(jpeg(drawn(sys.stdin.buffer.read(), max_pixels, longest)))
        sys.stdout.buffer.flush()
    except DrawingError as error:
        return EXIT_CODES[error.reason]
    except MemoryError:
        return EXIT_CODES[COSTLY]
    return 0


def _refuse_costly_blocks(data: bytes) -> None:
    if any(data.count(name) > MAX_BLOCKS for name in COSTLY_BLOCKS):
        raise DrawingError(COSTLY)


def _refuse(image: ImageFile.ImageFile, data: bytes, max_pixels: int) -> None:
    pixels = image.width * image.height
    if pixels > max_pixels:
        raise DrawingError(TOO_MANY_PIXELS)
    # Phones write JPEGs of several pictures (MPO): the first is the photograph.
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise DrawingError(ANIMATED)
    # Within a scan the byte FF is always followed by 00 or a restart marker.
    if pixels * data.count(b"\xff\xda") > MAX_PIXELS_SCANNED:
        raise DrawingError(COSTLY)


def _plain(image: Image.Image) -> Image.Image:
    """The image as eight-bit RGB on white, from any mode (CMYK, 16-bit, palette, alpha)."""
    image.load()
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        seen = image.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")


def _upright(plain: Image.Image, image: Image.Image) -> Image.Image:
    """``plain`` turned as the metadata of ``image`` ask for; broken metadata ask for nothing."""
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation) or 1)
    except Exception:  # the picture itself is whole
        turn = None
    return plain if turn is None else plain.transpose(turn)


@contextmanager
def _whole_only() -> Iterator[None]:
    """Make Pillow refuse truncated pictures.

    WeasyPrint allows them for the whole process when it is imported.
    """
    with _STRICT:
        forgiving, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = forgiving


if __name__ == "__main__":
    code = main(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.flush()
    os._exit(code)
