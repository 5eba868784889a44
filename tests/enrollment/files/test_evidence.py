"""Evidence files: hostile ones are refused, kept ones are sealed and can be forgotten."""

import io
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from enrollment.files.evidence import (
    MAX_BYTES,
    MAX_FILES,
    EvidenceFault,
    EvidenceFaultError,
    check_all,
    evidence_of,
    forget_evidence,
    keep_evidence,
    serve_evidence,
)
from enrollment.models import EvidenceFile, EvidencePurpose
from tests.enrollment.files.evidence_files import paper, picture, upload

pytestmark = pytest.mark.django_db
REPORT = EvidencePurpose.REPORT


def with_gps() -> bytes:
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "secret place"
    return picture(exif=exif.tobytes())


def test_a_picture_is_encoded_again_and_made_smaller() -> None:
    (kept,) = check_all([upload(with_gps())])
    seen = Image.open(io.BytesIO(kept.content))
    assert (seen.format, max(seen.size)) == ("JPEG", 2200)
    assert b"secret place" not in kept.content


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", EvidenceFault.KIND),
        (b"MZ\x90\x00", EvidenceFault.KIND),
        (b"GIF89a" + b"\0" * 100, EvidenceFault.KIND),
        (picture()[:400], EvidenceFault.DAMAGED),
        (b"\xff\xd8\xff" + b"<script>", EvidenceFault.DAMAGED),
        (b"%PDF-1.7\nnothing of the kind", EvidenceFault.DAMAGED),
        (paper(password="x"), EvidenceFault.LOCKED),
        (paper(pages=21), EvidenceFault.TOO_LONG),
        (paper(pages=21, owner="x"), EvidenceFault.TOO_LONG),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), EvidenceFault.TOO_LARGE),
        (picture("PNG", (13_000, 13_000)), EvidenceFault.TOO_MANY_PIXELS),
    ],
)
def test_hostile_and_broken_files_are_refused(content: bytes, fault: EvidenceFault) -> None:
    with pytest.raises(EvidenceFaultError) as refused:
        check_all([upload(content)])
    assert refused.value.fault == fault


def test_a_pdf_that_opens_without_its_password_is_taken() -> None:
    (kept,) = check_all([upload(paper(owner="nobody may change it"), "报告.pdf")])
    assert kept.media_type == "application/pdf"


def test_kept_files_are_sealed_read_back_and_forgotten(
    li: User,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    subject = uuid.uuid4()
    files = check_all([upload(picture()), upload(paper(), "通知书.pdf")])
    keep_evidence(purpose=REPORT, subject=subject, files=files, by=li)
    rows = evidence_of(REPORT, [subject])
    for row, file in zip(rows, files, strict=True):
        with default_storage.open(row.stored_as) as stored:
            assert file.content[:50] not in stored.read()
        assert b"".join(serve_evidence(row)) == file.content
    assert serve_evidence(rows[1])["Content-Disposition"].startswith("attachment")
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_evidence(purpose=REPORT, subjects=[subject]) == 2
    assert not any(default_storage.exists(row.stored_as) for row in rows)
    assert not EvidenceFile.objects.exists()


def test_a_subject_has_at_most_five_files_and_a_refusal_leaves_nothing(
    li: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    small = picture(size=(9, 9))
    files = check_all([upload(small) for _ in range(MAX_FILES)])
    with pytest.raises(EvidenceFaultError):
        check_all([upload(small) for _ in range(MAX_FILES + 1)])
    subject = uuid.uuid4()
    keep_evidence(purpose=REPORT, subject=subject, files=files[:3], by=li)
    with pytest.raises(EvidenceFaultError):
        keep_evidence(purpose=REPORT, subject=subject, files=files[:3], by=li)
    assert EvidenceFile.objects.count() == 3
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3


def test_a_pdf_is_kept_without_what_stands_before_it() -> None:
    (kept,) = check_all([upload(b"Content-Type: application/pdf\r\n\r\n" + paper(), "a.pdf")])
    assert kept.content == paper()
