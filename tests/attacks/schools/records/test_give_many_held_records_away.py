"""Files that replace many holders at once, and what an undo gives back."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from enrollment.files.faults import FileFault
from enrollment.imports import services as imports
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.staging.undo import UndoBlockedError
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    StudentRecord,
)
from enrollment.records.services import RecordHeldError, claim_records
from tests.attacks.schools.records.held_records import (
    Rows,
    become,
    desk,
    hold,
    record_of,
    registrar,
    release,
    rows,
    school,
    storage,
)
from tests.enrollment.imported_files import AT, run_import, write_csv
from tests.enrollment.registrar import page_of, publish, upload
from tests.people import make_account, sample_number
from vault.lookup import keyed_hash

__all__ = ["desk", "registrar", "rows", "school", "storage"]

pytestmark = pytest.mark.django_db


def hold_all(rows: Rows) -> None:
    """Every record of the file is in a student's hands."""
    for number, row in enumerate(rows):
        hold(row, f"holder{number}@example.org")


@pytest.mark.parametrize("title", ["姓名", "证件号码", "考生号", "学号", "手机号"])
@pytest.mark.parametrize("held", [True, False])
def test_a_column_sorted_by_itself_stops_the_file(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path, title: str, held: bool
) -> None:
    if held:
        hold_all(rows)
    if title == "手机号":
        for number, row in enumerate(rows):
            row[AT[title]] = f"139{number:08}"
        run_import(write_csv(tmp_path / "phones.csv", rows))
    before = list(StudentRecord.objects.order_by("pk").values_list("name", "certificate_hash"))
    values = [row[AT[title]] for row in rows]
    for row, value in zip(rows, values[1:] + values[:1], strict=True):
        row[AT[title]] = value
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.MISALIGNED)
    release(desk, batch, accept_new_holders="on")
    with pytest.raises(CommandError):
        call_command(
            "import_registry", tmp_path / "a.csv", accept_new_holders=40, stdout=io.StringIO()
        )
    after = list(StudentRecord.objects.order_by("pk").values_list("name", "certificate_hash"))
    assert before == after


def test_many_new_people_stop_the_file(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold_all(rows)
    for number in range(6):
        become(rows[number], 11 + number, f"外来人{'甲乙丙丁戊己'[number]}")
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.MISALIGNED)
    assert "证件号码" in page_of(desk, batch)


def test_many_small_files_of_a_day_stop_as_one_file_would(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold_all(rows)
    for number in range(5):
        become(rows[number], 11 + number)
    part = write_csv(tmp_path / "a.csv", rows[:5])
    first = release(desk, upload(desk, part, school), accept_new_holders="on")
    assert first.state == BatchState.PUBLISHED
    become(rows[5], 16)
    part = write_csv(tmp_path / "b.csv", rows[5:10])
    checked = upload(desk, part, school)
    assert "发布将被拒绝" in page_of(desk, checked)  # told before anybody agrees
    second = release(desk, checked, accept_new_holders="on")
    assert (second.state, second.failure) == (BatchState.FAILED, FileFault.MANY_PEOPLE)
    assert record_of(rows[5]).holder is not None
    assert "明天" in page_of(desk, second)
    ImportBatch.objects.filter(pk=first.pk).update(
        published_at=timezone.now() - timedelta(days=1, minutes=1)
    )
    desk.post(reverse("registry:check_again", args=[second.key]))
    imports_tasks.rehearse_upload(second.pk)
    second.refresh_from_db()
    assert release(desk, second, accept_new_holders="on").state == BatchState.PUBLISHED


def test_an_undo_brings_the_holder_back_only_by_verifying(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    holder = hold(rows[0])
    name = rows[0][AT["姓名"]]
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    imports.undo_batch(batch=batch, by=None)
    record = record_of(rows[0])
    assert (record.name, record.holder_id, record.person_since) == (name, None, None)
    kinds = list(
        Notice.objects.filter(account=holder).order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["record_left", "record_back"]


def test_an_undo_never_puts_another_person_into_held_hands(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    """The new person has claimed the record since: undoing would show them the old one."""
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    publish(desk, batch)
    new = hold(rows[0])
    with pytest.raises(UndoBlockedError):
        imports.undo_batch(batch=batch, by=None)
    assert record_of(rows[0]).holder == new
    assert record_of(rows[0]).name == "外来人"


def test_a_dispute_over_the_old_number_does_not_freeze_the_new_person(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold(rows[0])
    StudentRecord.objects.filter(pk=record_of(rows[0]).pk).update(frozen_at=timezone.now())
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    assert record_of(rows[0]).frozen_at is None


def test_a_claim_proved_before_the_publication_does_not_take_the_new_persons_record(
    school: Institution, rows: Rows
) -> None:
    """The student's claim waited for the lock of a publication that changed the number."""
    account, read = make_account("late@example.org"), record_of(rows[0])
    StudentRecord.objects.filter(pk=read.pk).update(
        certificate_hash=keyed_hash("certificate", sample_number(11))
    )
    with pytest.raises(RecordHeldError):
        claim_records(account=account, records=[read])
    assert record_of(rows[0]).holder_id is None
