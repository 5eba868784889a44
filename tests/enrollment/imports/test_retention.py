"""Files that were not published, and what is kept for the undo, are gone after their time."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from enrollment.imports.services import undo_batch
from enrollment.imports.staging.tables import staging_name
from enrollment.imports.staging.undo import UndoExpiredError
from enrollment.imports.storage import keep_upload
from enrollment.imports.tasks import forget_old_batches
from enrollment.models import BatchState, ImportBatch, Institution, RecordBefore, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.imports.mending import given_back, mend
from tests.enrollment.registrar import page_of, publish, signed_in_just_now, upload

pytestmark = pytest.mark.django_db


def faulty_file(folder: Path) -> Path:
    """A file with one good row and one without a name."""
    rows = sample(2)
    rows[1][AT["姓名"]] = ""
    return write_csv(folder / "a.csv", rows)


def grow_old(days: int) -> None:
    ImportBatch.objects.update(created_at=Now() - timedelta(days=days))


def kept(media: Path) -> list[str]:
    return [path.name for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("check", [True, False])
def test_a_file_not_published_is_deleted_after_a_month(
    check: bool,
    desk: Client,
    school: Institution,
    tmp_path: Path,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = upload(desk, faulty_file(tmp_path), school, check=check)
    grow_old(29)
    with django_capture_on_commit_callbacks(execute=True):
        forget_old_batches()
    assert "file" in kept(media)
    grow_old(31)
    with django_capture_on_commit_callbacks(execute=True):
        forget_old_batches()
    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert kept(media) == []
    assert staging_name(batch.pk) not in connection.introspection.table_names()
    assert "文件已放弃" in page_of(desk, batch)


def test_the_page_says_when_a_file_will_be_deleted(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, faulty_file(tmp_path), school)
    day = f"{batch.created_at + timedelta(days=30):%Y-%m}"
    assert f"文件将于 {day}" in page_of(desk, batch)


def test_corrected_rows_and_the_file_they_correct_go_together(
    desk: Client,
    school: Institution,
    tmp_path: Path,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = upload(desk, faulty_file(tmp_path), school)
    mend(desk, batch, given_back(desk, batch))
    assert ImportBatch.objects.count() == 2
    grow_old(31)
    with django_capture_on_commit_callbacks(execute=True):
        forget_old_batches()
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {BatchState.DISCARDED}
    assert kept(media) == []


def test_a_file_left_behind_by_an_interrupted_publication_is_deleted(
    desk: Client, school: Institution, tmp_path: Path, media: Path
) -> None:
    upload(desk, faulty_file(tmp_path), school)
    ImportBatch.objects.update(state=BatchState.PUBLISHED)
    grow_old(31)
    forget_old_batches()
    assert kept(media) == []


def second_publication(folder: Path) -> ImportBatch:
    rows = sample(3)
    run_import(write_csv(folder / "a.csv", rows))
    rows[0][AT["学籍状态"]] = "休学"
    run_import(write_csv(folder / "b.csv", rows))
    return ImportBatch.objects.latest("pk")


def test_records_before_a_publication_are_kept_as_long_as_it_can_be_undone(
    school: Institution, tmp_path: Path
) -> None:
    batch = second_publication(tmp_path)
    ImportBatch.objects.update(published_at=Now() - timedelta(days=179))
    forget_old_batches()
    assert RecordBefore.objects.exists()
    undo_batch(batch=batch, by=None)
    assert not StudentRecord.objects.filter(status="休学").exists()


def test_a_publication_whose_records_before_are_gone_cannot_be_undone(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = second_publication(tmp_path)
    ImportBatch.objects.update(published_at=Now() - timedelta(days=181))
    forget_old_batches()
    assert not RecordBefore.objects.exists()
    with pytest.raises(UndoExpiredError):
        undo_batch(batch=batch, by=None)
    undo = reverse("registry:undo", args=[batch.key])
    assert undo not in page_of(desk, batch)
    signed_in_just_now(desk)
    assert "180" in desk.post(undo, follow=True).content.decode()
    assert StudentRecord.objects.filter(status="休学").exists()
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHED


def test_a_published_file_is_no_unpublished_one(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    publish(desk, batch)
    grow_old(1000)
    forget_old_batches()
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHED


def test_a_file_whose_upload_was_killed_is_deleted_after_a_month(
    desk: Client, school: Institution, tmp_path: Path, media: Path
) -> None:
    """Its row went with the transaction that the process did not finish."""
    batch = upload(desk, faulty_file(tmp_path), school, check=False)
    with BytesIO(b"x") as source:
        left = media / keep_upload(ImportBatch(institution=school), source)
    forget_old_batches()
    assert left.exists(), "a web process may be at work on it"
    long_ago = (timezone.now() - timedelta(days=31)).timestamp()
    for path in (left, media / batch.upload):
        os.utime(path, (long_ago, long_ago))
    forget_old_batches()
    assert not left.exists()
    assert (media / batch.upload).exists(), "a row names it"
