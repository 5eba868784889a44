"""Drawn portraits in place of photos of people."""

import io

from PIL import Image, ImageDraw

from enrollment.files.images import Picture, prepare
from enrollment.models import PhotoKind, StudentRecord
from enrollment.photos.storage import keep_photo
from enrollment.statuses import Status


def keep_silhouettes(record: StudentRecord, number: int) -> None:
    """Keep a silhouette as admission photo, and for graduates as graduation photo."""
    kinds = [PhotoKind.ADMISSION]
    if record.status == Status.GRADUATED:
        kinds.append(PhotoKind.GRADUATION)
    for kind in kinds:
        keep_photo(record=record, kind=kind, picture=silhouette(number), by=None)


def silhouette(number: int) -> Picture:
    """An invented portrait, in the proportions of an admission photo."""
    hue = (205 + number * 31) % 360
    image = Image.new("RGB", (480, 640), f"hsl({hue}, 32%, 80%)")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 440, 460, 860), fill=f"hsl({hue}, 22%, 38%)")
    draw.rounded_rectangle((205, 380, 275, 480), 30, fill="hsl(28, 30%, 68%)")
    draw.ellipse((140, 130, 340, 420), fill="hsl(28, 34%, 74%)")
    draw.pieslice((128, 105, 352, 395), 180, 360, fill="hsl(24, 12%, 22%)")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return prepare(out.getvalue())
