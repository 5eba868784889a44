"""A file changes locked fields only with the province's document; without it they are left out."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.files.faults import FileFaultError
from enrollment.imports import services as imports
from enrollment.imports import tasks as imports_tasks
from enrollment.models import BatchState, FieldChange, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import (
    APPROVAL,
    AT,
    certificate_of,
    make_checked,
    run_import,
    sample,
    write_csv,
)
from tests.enrollment.registrar import APPROVED, page_of, shown_on, signed_in_just_now, upload

pytestmark = pytest.mark.django_db
NAME, NUMBER, COLLEGE = "改名", "11010519491231002X", "别的学院"


def changed_rows() -> list[list[str]]:
    """The name of the first changes with its college, the name of the second alone."""
    rows = sample(6)
    rows[0][AT["姓名"]], rows[0][AT["分院"]] = NAME, COLLEGE
    rows[1][AT["姓名"]] = NAME
    return rows


@pytest.fixture
def checked(desk: Client, school: Institution, tmp_path: Path) -> ImportBatch:
    """A file that changes two names and one college."""
    run_import(write_csv(tmp_path / "before.csv", sample(6)))
    return upload(desk, write_csv(tmp_path / "after.csv", changed_rows()), school)


def release(desk: Client, batch: ImportBatch, given: dict[str, str]) -> str:
    """Answer the page of the publication; what the import's page says then."""
    signed_in_just_now(desk)
    given = given | {"shown": shown_on(desk, batch)}
    answer = desk.post(reverse("registry:publish", args=[batch.key]), given)
    if answer.status_code == 200:
        return answer.content.decode()
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
    return page_of(desk, batch)


def names() -> list[str]:
    return [StudentRecord.objects.get(student_number=row[AT["学号"]]).name for row in sample(6)[:2]]


def test_without_a_document_the_other_changes_are_published(
    desk: Client, checked: ImportBatch
) -> None:
    before = names()
    page = release(desk, checked, {"locked": "left_out"})
    assert checked.state == BatchState.PUBLISHED
    assert names() == before
    first = StudentRecord.objects.get(student_number=sample(6)[0][AT["学号"]])
    assert (first.college, first.version) == (COLLEGE, 2)
    assert "锁定字段的变更未发布" in page
    result = checked.result
    assert (result["changed"], result["unchanged"]) == (1, 5)
    assert (result["locked_left_out"], result["fields"]) == ({"name": 2}, {"college": 1})
    assert not FieldChange.objects.filter(field="name").exists()


def test_with_number_and_date_all_is_published_and_the_receipt_names_them(
    desk: Client, checked: ImportBatch
) -> None:
    page = release(desk, checked, APPROVED)
    assert names() == [NAME, NAME]
    assert APPROVED["document"] in page
    assert APPROVED["approved_on"] in page
    assert "锁定字段的变更未发布" not in page


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"locked": "approved"},
        {"locked": "approved", "document": "教学〔2026〕7号"},
        {"locked": "approved", "approved_on": "2026-09-01"},
        {"locked": "approved", "document": "教学〔2026〕7号", "approved_on": "2999-09-01"},
    ],
)
def test_half_an_answer_publishes_nothing(
    given: dict[str, str], desk: Client, checked: ImportBatch
) -> None:
    assert "data-error-summary" in release(desk, checked, given)
    checked.refresh_from_db()
    assert checked.state == BatchState.REHEARSED


def test_the_same_file_states_the_change_again(
    desk: Client, school: Institution, checked: ImportBatch, tmp_path: Path
) -> None:
    release(desk, checked, {"locked": "left_out"})
    again = upload(desk, write_csv(tmp_path / "after.csv", changed_rows()), school)
    assert (again.result["fields"], again.result["identical"]) == ({"name": 2}, False)
    release(desk, again, APPROVED)
    assert names() == [NAME, NAME]


def test_a_publication_without_locked_fields_can_be_undone(
    desk: Client, checked: ImportBatch
) -> None:
    colleges = list(StudentRecord.objects.order_by("pk").values_list("college", flat=True))
    release(desk, checked, {"locked": "left_out"})
    imports.undo_batch(batch=checked, by=None)
    assert list(StudentRecord.objects.order_by("pk").values_list("college", flat=True)) == colleges


def test_a_row_with_another_number_is_left_out_whole(
    school: Institution, tmp_path: Path, wang: User
) -> None:
    rows = sample(6)
    run_import(write_csv(tmp_path / "before.csv", rows))
    record = StudentRecord.objects.get(student_number=rows[0][AT["学号"]])
    before = (certificate_of(record), record.certificate_type, record.college)
    StudentRecord.objects.filter(pk=record.pk).update(holder=wang, claimed_at=timezone.now())
    rows[0][AT["证件号码"]], rows[0][AT["证件类型"]] = "E12345678", "护照"
    rows[0][AT["分院"]] = COLLEGE
    run_import(write_csv(tmp_path / "after.csv", rows), approval=None)
    record.refresh_from_db()
    assert (certificate_of(record), record.certificate_type, record.college) == before
    assert record.holder == wang


def test_a_new_row_with_a_number_that_another_record_keeps_is_refused(
    school: Institution, tmp_path: Path
) -> None:
    rows = sample(6)
    run_import(write_csv(tmp_path / "before.csv", rows))
    newcomer = [*sample(7)[6]]
    newcomer[AT["证件号码"]] = rows[0][AT["证件号码"]]
    rows[0][AT["证件号码"]] = NUMBER
    batch = make_checked(tmp_path, [*rows, newcomer])
    assert (batch.result["new"], batch.result["faulty"]) == (1, 0), batch.result["problems"]
    with pytest.raises(FileFaultError) as refused:
        imports.publish_batch(batch=batch, by=None)
    assert refused.value.fault == "needs_approval"
    assert StudentRecord.objects.count() == 6
    batch.refresh_from_db()
    imports.publish_batch(batch=batch, by=None, approval=APPROVAL)
    assert StudentRecord.objects.count() == 7
