"""Corrections that turn a record in a student's hands into another person's."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from enrollment.imports.services import undo_batch
from enrollment.imports.staging.undo import UndoBlockedError
from enrollment.models import Correction, ImportBatch, StudentRecord
from enrollment.records.corrections.services import (
    ProvinceAnswer,
    correct_record,
    settle_submission,
)
from enrollment.records.corrections.values import Change, NotCorrectableError
from enrollment.records.sealed import certificate_number
from support.models import Report
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import enter, make_account, make_record, make_school, sample_number
from verification.claims.retry import match_waiting
from verification.models import Claim

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def correct(record: StudentRecord, field: str, value: str, by: User) -> None:
    """Submit to the province, which agrees."""
    record.refresh_from_db()
    made = correct_record(record=record, change=Change(field, value, "学〔2026〕7号"), by=by)
    assert settle_submission(correction=made, answer=ProvinceAnswer(True, DAY), by=by)
    record.refresh_from_db()


def claim(account: User, record: StudentRecord) -> None:
    """``account`` has proved to be the person of ``record``."""
    Claim.objects.create(
        account=account,
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        method="self",
    )


def test_one_wrong_digit_keeps_the_holder(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    correct(wang_record, "certificate_number", sample_number(32), desk_registrar)
    assert wang_record.holder == wang
    assert Claim.objects.filter(
        account=wang, certificate_hash=wang_record.certificate_hash, ended_at=None
    ).exists()


@pytest.mark.parametrize("first", ["name", "certificate_number"])
def test_name_and_number_corrected_are_another_person(
    wang: User, wang_record: StudentRecord, desk_registrar: User, first: str
) -> None:
    """The victim's other record must not follow the new name and number."""
    victim = make_record(name="李雷", number=sample_number(35), student_number="2026999999")
    StudentRecord.objects.filter(pk=victim.pk).update(institution=make_other_school())
    values = {"name": "李雷", "certificate_number": sample_number(35)}
    for field in sorted(values, key=lambda name: name != first):
        correct(wang_record, field, values[field], desk_registrar)
    match_waiting()
    victim.refresh_from_db()
    assert (wang_record.holder_id, victim.holder_id) == (None, None)
    assert not Claim.objects.filter(account=wang, ended_at=None).exists()
    assert Notice.objects.filter(account=wang, kind="record_left").exists()


def make_other_school() -> int:
    """Another institution."""
    return make_school(code="10009", name="明德职业技术学院").pk


def test_a_number_changed_little_by_little_is_another_person(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    correct(wang_record, "certificate_number", sample_number(32), desk_registrar)
    correct(wang_record, "certificate_number", sample_number(49), desk_registrar)
    assert wang_record.holder_id is None


def test_quite_another_number_leaves_the_account(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    correct(wang_record, "certificate_number", sample_number(31, "19990102"), desk_registrar)
    assert wang_record.holder_id is None


def test_a_number_of_another_account_is_refused_with_a_reason(
    wang: User, wang_record: StudentRecord, wang_problem: Report, desk_registrar: User
) -> None:
    other = make_account("other@example.org")
    twin = make_record(
        name="王明", number=sample_number(32), student_number="2026999999", candidate_number=""
    )
    claim(other, twin)
    desk: Client = enter(desk_registrar)
    answer = desk.post(
        reverse("support:report_correct", args=[wang_problem.key]),
        {"field": "certificate_number", "value": sample_number(32)},
    )
    assert answer.status_code == 302
    address = reverse("support:submission_result", args=[Correction.objects.get().key])
    answer = desk.post(
        address, {"accepted": "yes", "on": "2026-11-20", "document": "7"}, follow=True
    )
    assert answer.status_code == 200
    assert "另一个账号" in answer.content.decode()
    wang_record.refresh_from_db()
    assert wang_record.holder == wang
    assert Correction.objects.get().state == "submitted"


def test_a_number_of_another_name_at_the_institution_is_refused(
    wang_record: StudentRecord, desk_registrar: User
) -> None:
    make_record(name="李雷", number=sample_number(32), student_number="2026999999")
    with pytest.raises(NotCorrectableError):
        correct(wang_record, "certificate_number", sample_number(32), desk_registrar)


def test_a_corrected_name_alone_keeps_the_holder(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    correct(wang_record, "name", "王䶮", desk_registrar)
    assert wang_record.holder == wang


def rename_by_file(record: StudentRecord, tmp_path: Path, **accepted: int) -> None:
    """A file that says nothing new of the record but the name; what it does is published."""
    row = sample(1)[0]
    row[AT["学号"]], row[AT["考生号"]] = record.student_number, record.candidate_number
    row[AT["姓名"]], row[AT["证件号码"]] = "李雷", certificate_number(record)
    run_import(write_csv(tmp_path / "a.csv", [row]), **accepted)
    record.refresh_from_db()


def test_a_number_by_a_correction_and_the_name_by_a_file_are_another_person(
    wang: User, wang_record: StudentRecord, desk_registrar: User, tmp_path: Path
) -> None:
    correct(wang_record, "certificate_number", sample_number(32), desk_registrar)
    with pytest.raises(CommandError):
        rename_by_file(wang_record, tmp_path)
    wang_record.refresh_from_db()
    assert (wang_record.name, wang_record.holder) == ("王明", wang)
    rename_by_file(wang_record, tmp_path, accept_new_holders=1)
    assert (wang_record.name, wang_record.holder) == ("李雷", None)
    assert Notice.objects.filter(account=wang, kind="record_left").exists()

    new = make_account("lilei@example.org")
    StudentRecord.objects.filter(pk=wang_record.pk).update(holder=new, claimed_at=timezone.now())
    with pytest.raises(UndoBlockedError):
        undo_batch(batch=ImportBatch.objects.latest("pk"), by=desk_registrar)


def test_the_name_by_a_file_and_a_number_by_a_correction_are_another_person(
    wang: User, wang_record: StudentRecord, desk_registrar: User, tmp_path: Path
) -> None:
    StudentRecord.objects.update(claimed_at=timezone.now() - timedelta(days=9))
    rename_by_file(wang_record, tmp_path)
    assert wang_record.holder == wang, "a corrected name alone keeps the holder"
    correct(wang_record, "certificate_number", sample_number(32), desk_registrar)
    assert wang_record.holder is None


def test_what_was_submitted_for_one_person_is_not_written_into_the_record_of_the_next(
    wang_record: StudentRecord, desk_registrar: User
) -> None:
    asked = correct_record(record=wang_record, change=Change("name", "王䶮"), by=desk_registrar)
    Correction.objects.update(made_at=timezone.now() - timedelta(days=1))
    correct(wang_record, "certificate_number", sample_number(31, born="19990101"), desk_registrar)
    assert wang_record.holder is None
    with pytest.raises(NotCorrectableError):
        settle_submission(correction=asked, answer=ProvinceAnswer(True, DAY), by=desk_registrar)
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"
    assert settle_submission(correction=asked, answer=ProvinceAnswer(False, DAY), by=desk_registrar)
