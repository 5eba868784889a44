"""Evidence: uploaded pictures and PDFs, checked, re-encoded, encrypted, deleted in time.

Pictures are re-encoded, which removes metadata and hidden content. A PDF cannot be,
so it is scanned and served only as a download.
"""

import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from database.commit_hooks import after_commit
from database.random_keys import random_key
from enrollment.files.child import ChildFailedError, read_in_child
from enrollment.files.images import PhotoFault, PhotoFaultError, is_heic, redraw
from enrollment.files.sealed import forget_unnamed
from enrollment.models import EvidenceFile, EvidencePurpose
from vault.streams import seal_file, unseal_file

MAX_FILES = 5  # of one subject
MAX_BYTES = 10 * 2**20
MAX_PIXELS = 100_000_000  # a phone's camera has up to 64 million
MAX_SIDE = 2200  # enough to read a student card
MAX_PAGES = 20
_FOLDER = "evidence"
PICTURE, PDF = "image/jpeg", "application/pdf"
# Mail programs and scanners put lines before it; readers look for it in the first kilobyte.
_PDF_BEGINS, _PDF_LATEST = b"%PDF-", 1024


class EvidenceFault(models.TextChoices):
    """Why a file is refused."""

    TOO_MANY = "too_many", _("At most five files can be given.")
    TOO_LARGE = "too_large", _("A file is larger than 10 MB.")
    KIND = "kind", _("Only JPEG or PNG pictures and PDF files can be given.")
    HEIC = (
        "heic",
        _(
            "A picture is in HEIC, as iPhones take them. Set the camera to “Most Compatible”, "
            "or send a screenshot of the picture."
        ),
    )
    DAMAGED = "damaged", _("A file is damaged or cut off.")
    TOO_MANY_PIXELS = "too_many_pixels", _("A picture has more than 100 million pixels.")
    COSTLY = (
        "costly",
        _("A picture takes too long to unpack. Open it, save it as an ordinary JPEG, try again."),
    )
    COSTLY_PDF = (
        "costly_pdf",
        _("A PDF takes too long to unpack. Print it to a new PDF and try again."),
    )
    LOCKED = "locked", _("A PDF is protected by a password.")
    TOO_LONG = "too_long", _("A PDF has more than 20 pages.")
    MUCH = "much", _("You have sent many files. Send the rest later.")


class EvidenceFaultError(Exception):
    """A file is refused."""

    def __init__(self, fault: EvidenceFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Evidence:
    """One checked file, as stored."""

    media_type: str
    content: bytes


class ManyFiles(forms.ClearableFileInput):
    """A file input for several files."""

    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Up to five pictures or PDFs; cleans to a list of ``Evidence``."""

    widget = ManyFiles(attrs={"accept": "image/jpeg,image/png,application/pdf"})

    def clean(self, data: object, initial: object = None) -> list[Evidence]:
        """Check every file. Raises ValidationError with a text for the person."""
        given = (data if isinstance(data, list) else [data]) or [None]
        files = [super(EvidenceField, self).clean(one, initial) for one in given]
        try:
            return check_all([one for one in files if one])
        except EvidenceFaultError as error:
            raise ValidationError(str(error.fault.label), code=error.fault.value) from error


def check_all(files: Sequence[UploadedFile]) -> list[Evidence]:
    """Every one of ``files``, checked. Raises EvidenceFaultError."""
    if len(files) > MAX_FILES:
        raise EvidenceFaultError(EvidenceFault.TOO_MANY)
    return [_check(file) for file in files]


def keep_evidence(
    *, purpose: EvidencePurpose, subject: uuid.UUID, files: Iterable[Evidence], by: User
) -> list[EvidenceFile]:
    """Store ``files`` encrypted, within the transaction of their subject.

    Raises EvidenceFaultError when the subject has MAX_FILES, OSError when storage is
    full; the files written so far are deleted then.
    """
    known = EvidenceFile.objects.filter(purpose=purpose, subject=subject).count()
    kept: list[EvidenceFile] = []
    try:
        with transaction.atomic():
            for file in files:
                if known + len(kept) >= MAX_FILES:
                    raise EvidenceFaultError(EvidenceFault.TOO_MANY)
                kept.append(_keep(purpose, subject, file, by))
    except BaseException:
        for row in kept:
            default_storage.delete(row.stored_as)
        raise
    return kept


def evidence_of(purpose: EvidencePurpose, subjects: Sequence[uuid.UUID]) -> list[EvidenceFile]:
    """The files of these subjects, oldest first. The caller checks permissions."""
    found = EvidenceFile.objects.filter(purpose=purpose, subject__in=subjects)
    return list(found.order_by("pk"))


def forget_evidence(*, purpose: EvidencePurpose, subjects: Sequence[uuid.UUID]) -> int:
    """Delete the files of these subjects after the commit; returns their number."""
    rows = evidence_of(purpose, subjects)
    EvidenceFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        after_commit(default_storage.delete, row.stored_as)
    return len(rows)


def forget_left_evidence() -> int:
    """Delete the files that killed processes have left without a row; how many."""
    return forget_unnamed(_FOLDER, [EvidenceFile.objects.all()], "stored_as")


def serve_evidence(file: EvidenceFile) -> StreamingHttpResponse:
    """A response with the decrypted file: pictures inline, anything else as a download."""
    source = cast("BinaryIO", default_storage.open(file.stored_as))
    answer = StreamingHttpResponse(_unsealed(file, source), content_type=file.media_type)
    ending, kind = ("jpg", "inline") if file.is_picture else ("pdf", "attachment")
    answer["Content-Disposition"] = f'{kind}; filename="evidence-{file.pk}.{ending}"'
    answer["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _check(file: UploadedFile) -> Evidence:
    if (file.size or 0) > MAX_BYTES:
        raise EvidenceFaultError(EvidenceFault.TOO_LARGE)
    data = file.read()
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return Evidence(PICTURE, _redrawn(data))
    start = data.find(_PDF_BEGINS, 0, _PDF_LATEST)
    if start >= 0:
        _look_through(data[start:])
        return Evidence(PDF, data[start:])
    raise EvidenceFaultError(EvidenceFault.HEIC if is_heic(data) else EvidenceFault.KIND)


# Faults that the person can fix have their own text; any other counts as damaged.
_SAID = {
    PhotoFault.TOO_MANY_PIXELS: EvidenceFault.TOO_MANY_PIXELS,
    PhotoFault.COSTLY: EvidenceFault.COSTLY,
}


# What the process that reads a PDF says by its exit code.
_PDF_FAULTS = {5: EvidenceFault.DAMAGED, 6: EvidenceFault.LOCKED}


def _redrawn(data: bytes) -> bytes:
    try:
        return redraw(data, max_pixels=MAX_PIXELS, longest=MAX_SIDE)
    except PhotoFaultError as error:
        raise EvidenceFaultError(_SAID.get(error.fault, EvidenceFault.DAMAGED)) from error


def _look_through(data: bytes) -> None:
    try:
        pages = int(read_in_child("enrollment.files.pdf_pages", data=data))
    except ChildFailedError as error:
        fault = _PDF_FAULTS.get(error.code or 0, EvidenceFault.COSTLY_PDF)
        raise EvidenceFaultError(fault) from error
    if pages > MAX_PAGES:
        raise EvidenceFaultError(EvidenceFault.TOO_LONG)


def _keep(purpose: EvidencePurpose, subject: uuid.UUID, file: Evidence, by: User) -> EvidenceFile:
    key = random_key()
    sealed = io.BytesIO()
    seal_file(io.BytesIO(file.content), sealed, context=f"evidence:{key}")
    name = f"{_FOLDER}/{key.hex[:2]}/{key}"
    default_storage.save(name, ContentFile(sealed.getvalue()))
    return EvidenceFile.objects.create(
        key=key,
        purpose=purpose,
        subject=subject,
        given_by=by,
        media_type=file.media_type,
        size=len(file.content),
        stored_as=name,
    )


def _unsealed(file: EvidenceFile, source: BinaryIO) -> Iterator[bytes]:
    with source:
        yield from unseal_file(source, context=f"evidence:{file.key}")
