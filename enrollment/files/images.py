"""Check a photograph, re-encode it without metadata, and make a thumbnail."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.files.child import ChildFailedError, read_in_child
from enrollment.files.drawing import COSTLY, EXIT_CODES, DrawingError, drawn, jpeg

MAX_BYTES = 2**20
MAX_PIXELS = 4_000_000
# On one side: no portrait is that long, and no JPEG and no column could hold much more.
MAX_SIDE = 10_000
THUMBNAIL = (120, 160)
_REASONS = {code: reason for reason, code in EXIT_CODES.items()}


class PhotoFault(models.TextChoices):
    """Why a photograph is refused."""

    TOO_LARGE = "too_large", _("The picture is larger than 1 MB. 480 × 640 pixels are enough.")
    HEIC = (
        "heic",
        _("This is a HEIC picture, as iPhones take them. Save it as JPEG and try again."),
    )
    NESTED = (
        "nested",
        _("A packed file within the ZIP is not opened. Unpack it and upload it by itself."),
    )
    NOT_A_PICTURE = "not_a_picture", _("This is not a JPEG or PNG picture.")
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        _("The picture has more than 4 million pixels. 480 × 640 are enough."),
    )
    TOO_LONG = (
        "too_long",
        _("The picture has a side of more than 10,000 pixels. 480 × 640 are enough."),
    )
    DAMAGED = "damaged", _("The picture is damaged or cut off.")
    ANIMATED = "animated", _("The picture is animated. Use a still picture.")
    COSTLY = (
        "costly",
        _("The picture takes too long to unpack. Open it, save it as an ordinary JPEG, try again."),
    )
    NAME = "name", _("The name of the entry is not allowed in a ZIP file.")
    SYSTEM = "system", _("A file that the operating system put there. It was ignored.")
    NOBODY = "nobody", _("No record here has a number that is in the name.")
    SEVERAL = "several", _("The numbers in the name fit several records.")
    REPEATED = "repeated", _("Several pictures have this name.")
    CHANGED = (
        "changed",
        _("The record's name or number has changed since the check. Upload the photo again."),
    )
    SAME_RECORD = (
        "same_record",
        _("Several pictures in this file belong to the same record. None was imported. Keep one."),
    )


class PhotoFaultError(Exception):
    """The photograph is refused."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Picture:
    """A photograph as stored: two JPEGs and the size of the larger in pixels."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


def is_heic(data: bytes) -> bool:
    """Whether ``data`` is a picture in Apple's HEIF."""
    brands = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
    return data[4:8] == b"ftyp" and data[8:12] in brands


def prepare(data: bytes) -> Picture:
    """Check a JPEG or PNG and re-encode it without metadata or hidden content.

    The size is checked before decoding. Raises PhotoFaultError.
    """
    if is_heic(data):
        raise PhotoFaultError(PhotoFault.HEIC)
    if len(data) > MAX_BYTES:
        raise PhotoFaultError(PhotoFault.TOO_LARGE)
    try:
        upright = drawn(data, MAX_PIXELS)
    except DrawingError as error:
        raise PhotoFaultError(PhotoFault(error.reason)) from error
    if max(upright.size) > MAX_SIDE:
        raise PhotoFaultError(PhotoFault.TOO_LONG)
    # Reduce by whole factors first: three times as fast as one step, without visible difference.
    factor = min(side // most for side, most in zip(upright.size, THUMBNAIL, strict=True))
    small = upright.reduce(max(1, factor))
    small.thumbnail(THUMBNAIL)
    return Picture(jpeg(upright), jpeg(small), upright.width, upright.height)


def redraw(data: bytes, *, max_pixels: int, longest: int) -> bytes:
    """A JPEG or PNG as a fresh JPEG, at most ``longest`` pixels a side. Raises PhotoFaultError."""
    try:
        return read_in_child("enrollment.files.drawing", max_pixels, longest, data=data)
    except ChildFailedError as error:
        raise PhotoFaultError(PhotoFault(_REASONS.get(error.code or 0, COSTLY))) from error
