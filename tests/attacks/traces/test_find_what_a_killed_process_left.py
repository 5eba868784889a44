"""Somebody with the disk looks for files that outlived their row: a process was killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from enrollment.files.evidence import Evidence, forget_evidence, keep_evidence
from enrollment.files.images import prepare
from enrollment.models import EvidencePurpose, Photo, PhotoKind, StatusReport, StudentRecord
from enrollment.photos.storage import keep_photo
from enrollment.photos.tasks import forget_old_photo_batches
from enrollment.status_reports.rendering import print_file
from enrollment.status_reports.tasks import forget_ended_reports
from support.models import Report
from support.tasks import forget_evidence as forget_evidence_task
from tests.enrollment.files.evidence_files import picture

pytestmark = pytest.mark.django_db


class KilledError(BaseException):
    """The process ends at once: nothing is cleaned up, and nothing is committed."""


@contextmanager
def killed() -> Iterator[None]:
    """The transaction does not commit, and no file is deleted any more."""
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError), transaction.atomic():
        patch.setattr(FileSystemStorage, "delete", lambda storage, name: None)
        yield
        raise KilledError


def kept(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def swept(media: Path, days: int) -> set[str]:
    """What is left after a night in which every file is ``days`` old."""
    then = (timezone.now() - timedelta(days=days)).timestamp()
    for path in media.rglob("*"):
        os.utime(path, (then, then))
    forget_evidence_task()
    forget_old_photo_batches()
    forget_ended_reports()
    return kept(media)


def shown(report: Report, wang: User) -> set[str]:
    """Keep a picture as evidence of ``report``; the name of its file."""
    rows = keep_evidence(
        purpose=EvidencePurpose.REPORT,
        subject=report.key,
        files=[Evidence("image/jpeg", picture())],
        by=wang,
    )
    return {row.stored_as for row in rows}


def test_evidence_of_a_killed_request(wang: User, wang_problem: Report, media: Path) -> None:
    mine = shown(wang_problem, wang)
    with killed():
        shown(wang_problem, wang)
    assert len(kept(media)) == 2
    assert len(swept(media, 29)) == 2, "a request may be at work on it"
    assert swept(media, 31) == mine


def test_evidence_whose_deletion_was_killed(wang: User, wang_problem: Report, media: Path) -> None:
    shown(wang_problem, wang)
    subjects = [wang_problem.key]
    assert forget_evidence(purpose=EvidencePurpose.REPORT, subjects=subjects) == 1
    assert kept(media), "the commit was not followed by anything"
    assert swept(media, 31) == set()


def test_a_photograph_of_a_killed_import(wang_record: StudentRecord, media: Path) -> None:
    mine = keep_photo(
        record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None
    )
    with killed():
        keep_photo(
            record=wang_record, kind=PhotoKind.GRADUATION, picture=prepare(picture()), by=None
        )
    assert len(kept(media)) == 4
    assert swept(media, 31) == set(Photo.objects.get().files) == set(mine.files)


@pytest.mark.django_db(transaction=True)
def test_a_report_printed_twice(wang_report: StatusReport, media: Path) -> None:
    """The worker was killed between the file and the row; the next one printed it again."""
    StatusReport.objects.update(stored_as="")
    print_file(wang_report)
    wang_report.refresh_from_db()
    assert len(kept(media)) == 2
    assert swept(media, 31) == {wang_report.stored_as}
    assert default_storage.exists(wang_report.stored_as)
