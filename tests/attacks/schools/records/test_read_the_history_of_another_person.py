"""What a record was called while it was another person's shows in its history."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrollment.imports.services import undo_batch
from enrollment.models import Institution, StudentRecord
from enrollment.records.corrections.services import (
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from enrollment.records.corrections.values import Change
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
from tests.enrollment.imported_files import AT, write_csv
from tests.enrollment.registrar import upload
from tests.people import enter, make_account, sample_number

__all__ = ["desk", "registrar", "rows", "school", "storage"]

pytestmark = pytest.mark.django_db


def corrected(record: StudentRecord, field: str, value: str, by: User) -> None:
    """The province has agreed to the value."""
    record.refresh_from_db()
    made = correct_record(record=record, change=Change(field, value, "学〔2026〕7号"), by=by)
    answer = ProvinceAnswer(True, timezone.localdate())
    assert settle_submission(correction=made, answer=answer, by=by)


def pages(account: User, record: StudentRecord) -> str:
    """What the account reads of the record, which it holds now."""
    StudentRecord.objects.filter(pk=record.pk).update(holder=account, claimed_at=timezone.now())
    student = enter(account)
    return "".join(
        student.get(path).content.decode() for path in ("/status/", f"/status/{record.key}/")
    )


@pytest.mark.parametrize(
    "values",
    [
        {"certificate_number": sample_number(32), "name": "李雷"},
        {"name": "李雷", "certificate_number": sample_number(32)},
    ],
)
def test_a_correction_into_another_person_hides_the_old_one(
    wang: User, wang_record: StudentRecord, desk_registrar: User, values: dict[str, str]
) -> None:
    for field, value in values.items():
        corrected(wang_record, field, value, desk_registrar)
    wang_record.refresh_from_db()
    assert wang_record.holder_id is None
    text = pages(make_account("new@example.org"), wang_record)
    assert "李雷" in text
    assert "王明" not in text


def test_a_file_that_was_undone_tells_the_old_holder_nothing_of_the_other(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path, registrar: User
) -> None:
    holder, record = hold(rows[0]), record_of(rows[0])
    name = record.name
    become(rows[0], 11)
    number, born = rows[0][AT["证件号码"]], "2007-08-15"
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    record.refresh_from_db()
    assert (record.name, str(record.birth_date)) == ("外来人", born)
    undo_batch(batch=batch, by=registrar)
    text = pages(holder, record)
    assert name in text
    assert "外来人" not in text
    assert born not in text
    assert f"{number[:3]}" not in text
    assert number[-4:] not in text
