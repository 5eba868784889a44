"""Columns named by hand: unknown ones, and those that were taken for the wrong thing."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.imports import tasks as imports_tasks
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.registrar import page_of, publish, upload


def columns_of(batch: ImportBatch) -> str:
    return reverse("registry:columns", args=[batch.key])


def checked_again(batch: ImportBatch) -> ImportBatch:
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    """Two unknown titles."""
    header = ["编号", "姓名", "证件号码", "注册情况"]
    rows = [[r[AT["学号"]], r[AT["姓名"]], r[AT["证件号码"]], "注册学籍"] for r in sample(3)]
    return write_csv(tmp_path / "a.csv", [["2026 级新生名册"], header, *rows], header=["制表"])


def test_unknown_columns_are_named_once_and_remembered(
    desk: Client, school: Institution, odd_file: Path
) -> None:
    batch = upload(desk, odd_file, school)
    assert batch.state == BatchState.FAILED
    page = page_of(desk, batch)
    assert columns_of(batch) in page
    assert "学籍状态、学号" in page  # which columns are missing

    page = desk.get(columns_of(batch)).content.decode()
    first = sample(1)[0]
    assert first[AT["学号"]] in page
    assert first[AT["证件号码"]] not in page  # samples of numbers are masked

    meanings = {"column_0": "student_number", "column_1": "name", "column_2": "certificate_number"}
    answer = desk.post(columns_of(batch), meanings)
    assert "学籍状态" in answer.content.decode()
    answer = desk.post(columns_of(batch), {**meanings, "column_3": "student_number"})
    page = answer.content.decode()
    assert "data-error-summary" in page
    assert "编号、注册情况" in page
    answer = desk.post(columns_of(batch), {**meanings, "column_3": "status"})
    assert answer.status_code == 302
    batch = checked_again(batch)
    assert (batch.state, batch.result["new"]) == (BatchState.REHEARSED, 3)

    second = upload(desk, odd_file, school)
    assert (second.state, second.result["new"]) == (BatchState.REHEARSED, 3)
    school.refresh_from_db()
    assert set(school.column_titles) == {"编号", "注册情况"}  # what is known needs no memory


def test_a_column_taken_for_the_wrong_thing_is_corrected_after_the_check(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    header = ["学号", "姓名", "证件号码", "学籍状态", "班级", "状态", "状态"]
    rows = [
        [r[AT["学号"]], r[AT["姓名"]], r[AT["证件号码"]], "已缴费", "在", "在", "注册学籍"]
        for r in sample(2)
    ]
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows, header=header), school)
    assert batch.result["faulty"] == 2
    assert columns_of(batch) in page_of(desk, batch)
    meanings = {"column_0": "student_number", "column_1": "name", "column_2": "certificate_number"}
    answer = desk.post(columns_of(batch), {**meanings, "column_6": "status"})
    assert answer.status_code == 302
    batch = checked_again(batch)
    assert (batch.result["faulty"], batch.result["new"]) == (0, 2)
    publish(desk, batch)
    assert StudentRecord.objects.filter(status="注册学籍", school_class=None).count() == 2


def test_titles_from_a_file_are_shown_as_text(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    header = ["学号", "姓名", "证件号码", "<b>标题</b>"]
    rows = [[r[AT["学号"]], r[AT["姓名"]], r[AT["证件号码"]], "<i>样例</i>"] for r in sample(2)]
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows, header=header), school)
    page = desk.get(columns_of(batch)).content.decode()
    assert "&lt;i&gt;样例" in page
    assert "<i>样例" not in page
    assert "<b>标题" not in page


def test_a_file_without_titles_is_not_taken_for_titles(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    first, *rows = sample(3)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows, header=first), school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, "no_header")
    assert columns_of(batch) not in page_of(desk, batch)
    assert desk.get(columns_of(batch)).status_code == 404


def test_the_menu_of_work_stays_where_columns_are_named(
    desk: Client, school: Institution, odd_file: Path
) -> None:
    page = desk.get(columns_of(upload(desk, odd_file, school))).content.decode()
    assert 'class="staff__nav"' in page
