"""The refused entries of a ZIP with their reasons, kept sealed."""

import json
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage

from enrollment.files import sealed
from enrollment.files.faults import disk_errors_as_faults
from enrollment.files.images import PhotoFault
from enrollment.models import PhotoBatch
from enrollment.photos.storage import UPLOADS

Refused = list[tuple[str, PhotoFault]]


def keep_refused(batch: PhotoBatch, refused: Sequence[tuple[str, PhotoFault]]) -> None:
    """Keep the list in place of an earlier one. Raises FileFaultError (disk)."""
    if not refused:
        forget_refused(batch)
        return
    with disk_errors_as_faults(), tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as source:
        source.write(json.dumps(list(refused)).encode())
        source.seek(0)
        sealed.keep_sealed(_name(batch), cast("BinaryIO", source), _context(batch))


def refused_of(batch: PhotoBatch) -> Refused:
    """The refused entries with their reasons, in the order of the ZIP; empty once deleted."""
    if not default_storage.exists(_name(batch)):
        return []
    with sealed.open_sealed(_name(batch), _context(batch)) as file:
        return [(name, PhotoFault(fault)) for name, fault in json.load(file)]


def forget_refused(batch: PhotoBatch) -> None:
    """Delete the list."""
    default_storage.delete(_name(batch))


def reseal_refused(batch: PhotoBatch) -> bool:
    """Re-encrypt the list with the newest key; False when there was nothing to do."""
    return sealed.reseal(_name(batch), _context(batch))


def _name(batch: PhotoBatch) -> str:
    return f"{UPLOADS}/{batch.key}/refused"


def _context(batch: PhotoBatch) -> str:
    return f"photo-batch-refused:{batch.key}"
