"""A publication can be taken back whole, while nothing later depends on it."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, User
from audit.models import AuditEntry
from enrollment.confirmations.services import answer_record
from enrollment.imports.services import publish_batch, undo_batch
from enrollment.imports.staging.undo import UndoBlockedError
from enrollment.models import (
    BatchState,
    FieldChange,
    ImportBatch,
    Institution,
    Photo,
    StudentRecord,
    WrongStateError,
)
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import make_registrar, publish, upload
from tests.people import make_account

pytestmark = pytest.mark.usefixtures("school")
VOLATILE = {"version", "updated_at"}


def contents() -> list[dict[str, object]]:
    """Every record without its version and date of change."""
    return [
        {name: value for name, value in row.items() if name not in VOLATILE}
        for row in StudentRecord.objects.order_by("pk").values()
    ]


def published(tmp_path: Path) -> ImportBatch:
    """A second publication: three records changed (one of them its number), two new."""
    rows = sample(12)
    run_import(write_csv(tmp_path / "a.csv", rows[:10]))
    for row in rows[:3]:
        row[AT["学籍状态"]] = "休学"
    rows[0][AT["证件类型"]], rows[0][AT["证件号码"]] = "护照", "E12345678"
    run_import(write_csv(tmp_path / "b.csv", rows))
    return ImportBatch.objects.latest("pk")


def test_undo_restores_every_record(tmp_path: Path) -> None:
    run_import(write_csv(tmp_path / "a.csv", sample(12)[:10]))
    before = contents()
    StudentRecord.objects.all().delete()
    ImportBatch.objects.all().delete()
    batch = published(tmp_path)
    first = FieldChange.objects.filter(batch=batch).count()
    undo_batch(batch=batch, by=None)
    after = contents()
    compared = {"name", "certificate_hash", "status", "certificate_type", "student_number"}
    assert [{k: row[k] for k in compared} for row in after] == [
        {k: row[k] for k in compared} for row in before
    ]
    assert FieldChange.objects.filter(batch=batch).count() == 2 * first
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert AuditEntry.objects.filter(action="enrollment.undo_batch").count() == 1


def test_after_undo_the_same_file_can_be_published_again(tmp_path: Path) -> None:
    batch = published(tmp_path)
    undo_batch(batch=batch, by=None)
    result = run_import(tmp_path / "b.csv")
    assert (result["new"], result["changed"], result["unchanged"]) == (2, 3, 7)


def test_a_later_change_blocks_the_undo_and_is_named(tmp_path: Path) -> None:
    batch = published(tmp_path)
    rows = sample(12)
    rows[11][AT["学籍状态"]] = "退学"
    run_import(write_csv(tmp_path / "c.csv", rows))
    before = contents()
    with pytest.raises(UndoBlockedError) as blocked:
        undo_batch(batch=batch, by=None)
    assert blocked.value.obstacle.changed_later == 4
    assert StudentRecord.objects.filter(key=blocked.value.obstacle.example).exists()
    assert contents() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHED


def test_a_claimed_new_record_blocks_the_undo(tmp_path: Path) -> None:
    batch = published(tmp_path)
    holder = User.objects.create(username="holder")
    StudentRecord.objects.filter(student_number=sample(12)[11][AT["学号"]]).update(
        holder=holder, claimed_at=timezone.now()
    )
    with pytest.raises(UndoBlockedError) as blocked:
        undo_batch(batch=batch, by=None)
    assert blocked.value.obstacle.claimed == 1


def test_whatever_hangs_on_a_new_record_blocks_the_undo(tmp_path: Path) -> None:
    batch = published(tmp_path)
    record = StudentRecord.objects.get(student_number=sample(12)[11][AT["学号"]])
    Photo.objects.create(record=record, kind="admission", width=1, height=1)
    with pytest.raises(UndoBlockedError):
        undo_batch(batch=batch, by=None)
    assert StudentRecord.objects.filter(pk=record.pk).exists()


def test_a_batch_is_published_and_undone_once(tmp_path: Path) -> None:
    batch = published(tmp_path)
    with pytest.raises(WrongStateError):
        publish_batch(batch=batch, by=None)
    undo_batch(batch=batch, by=None)
    with pytest.raises(WrongStateError):
        undo_batch(batch=batch, by=None)


def test_the_people_of_an_undone_publication_are_told(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    """Who confirmed what it changed, who uploaded it; not the one who undid it, not bystanders."""
    rows = sample(3)
    run_import(write_csv(tmp_path / "a.csv", rows))
    students = []
    for row, email in zip(rows, ("wang@example.org", "li@example.org"), strict=False):
        student = make_account(email)
        record = StudentRecord.objects.get(student_number=row[AT["学号"]])
        StudentRecord.objects.filter(pk=record.pk).update(holder=student, claimed_at=timezone.now())
        record.refresh_from_db()
        answer_record(record=record, account=student, asked=["name", "status"], wrong=[])
        students.append(student)
    rows[0][AT["姓名"]] = "王改名"
    batch = upload(desk, write_csv(tmp_path / "b.csv", rows), school)
    publish(desk, batch)
    colleague = make_registrar("colleague@example.org", school)
    Notice.objects.all().delete()
    undo_batch(batch=batch, by=colleague)
    uploader = User.objects.get(email="registrar@example.org")
    told = set(Notice.objects.values_list("account", "kind"))
    assert told == {(students[0].pk, "change_undone"), (uploader.pk, "publication_undone")}
    page = desk.get(Notice.objects.get(account=uploader).path).content.decode()
    assert "colleague@example.org" in page
