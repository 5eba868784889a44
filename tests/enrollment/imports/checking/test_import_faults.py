"""Files with faults: each is named at its cell, and nothing is published."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from enrollment.models import ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, snapshot, write_csv

pytestmark = pytest.mark.usefixtures("school")


def refused(path: Path, **options: Any) -> tuple[int, dict[str, Any], str]:
    """Import a file that must not be applied: exit status, result and what was printed."""
    out, printed = path.with_suffix(".json"), io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_registry", path, json=out, stdout=printed, **options)
    result = json.loads(out.read_text()) if out.exists() else {}
    return error.value.returncode, result, f"{printed.getvalue()}{error.value}"


def messy_workbook(path: Path) -> list[list[str]]:
    """Title rows, blank rows, reordered and unknown columns, and a fault of every kind."""
    rows = sample(12)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["明德示范大学 2026 年在校生名单"])
    sheet.append(["制表：教务处"])
    sheet.append([])
    order = ["学号", "姓名", "性别", "证件号码", "出生日期", "学籍状态", "班号", "备注", "考生号"]
    sheet.append(order)
    for index, row in enumerate(rows):
        cells: list[Any] = [row[AT[title]] if title in AT else "住校" for title in order]
        if index == 1:
            cells[3] = int(row[AT["证件号码"]].replace("X", "1"))  # row 6: a number cell
        if index == 2:
            cells[3] = row[AT["证件号码"]][:17] + ("0" if cells[3][17] != "0" else "1")  # row 7
        if index == 3:
            cells[5] = "在读"  # row 8: unknown status
        if index == 4:
            cells[1] = "张\ue000"  # row 9: private-use character
        if index == 5:
            sheet.append([])  # row 10 is blank; the row becomes 11
        sheet.append(cells)
    again = [row[AT[title]] if title in AT else "住校" for row in [rows[6]] for title in order]
    sheet.append(again)  # row 18 repeats row 12
    sheet.append([*again[:1], "李四", *again[2:]])  # row 19 contradicts rows 12
    other = [row[AT[title]] if title in AT else "" for row in [rows[7]] for title in order]
    sheet.append(["20239999999", "王五", *other[2:8], "991234"])  # row 20: number of row 13
    book.create_sheet("说明").append(["请勿修改"])
    book.save(path)
    return rows


def test_every_fault_of_a_messy_workbook_is_named_at_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "messy.xlsx"
    messy_workbook(path)
    report = tmp_path / "faulty.xlsx"
    status, result, printed = refused(path, institution="19998", report=report)
    assert status == 1
    places = {(p["row"], p["column"], p["fault"]) for p in result["listed"]}
    assert {
        (6, "certificate_number", "number_cell"),
        (7, "certificate_number", "number:check_digit"),
        (8, "status", "status"),
        (9, "name", "name:private_use"),
        (18, "", "duplicate"),
        (12, "student_number", "conflict_student_number"),
        (19, "student_number", "conflict_student_number"),
        (13, "certificate_number", "conflict_certificate"),
        (20, "certificate_number", "conflict_certificate"),
    } <= places
    assert {row for row, _, _ in places} == {6, 7, 8, 9, 12, 13, 18, 19, 20}
    assert result["unknown_titles"] == ["备注"]
    assert result["other_sheets"] == ["说明"]
    assert result["blank"] == 1
    assert not StudentRecord.objects.exists()
    assert "Sheet 第 7 行" in printed
    sheet = load_workbook(report).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][:3] == ("原表行号", "学号", "姓名")
    assert [line[0] for line in lines[1:]] == ["6", "7", "8", "9", "12", "13", "18", "19", "20"]
    assert all(line[-1] for line in lines[1:])


def test_no_certificate_number_appears_in_what_is_printed_or_kept(tmp_path: Path) -> None:
    path = tmp_path / "messy.xlsx"
    rows = messy_workbook(path)
    _, result, printed = refused(path, institution="19998")
    kept = json.dumps(list(ImportBatch.objects.values_list("result", flat=True)))
    for row in rows:
        assert row[AT["证件号码"]][:14] not in f"{printed}{result}{kept}"


def test_one_faulty_row_keeps_the_whole_file_out(tmp_path: Path) -> None:
    rows = sample(100)
    run_import(write_csv(tmp_path / "a.csv", rows[:50]))
    before = snapshot()
    rows[10][AT["学籍状态"]] = "休学"
    rows[99][AT["姓名"]] = ""
    status, result, _ = refused(write_csv(tmp_path / "b.csv", rows))
    assert (status, result["faulty"], result["changed"], result["new"]) == (1, 1, 1, 49)
    assert snapshot() == before


def test_repeated_faults_fold_into_first_place_and_others(tmp_path: Path) -> None:
    rows = sample(30)
    for row in rows[4:]:
        row[AT["学籍状态"]] = "?"
    _, result, printed = refused(write_csv(tmp_path / "a.csv", rows))
    [problem] = result["problems"]
    assert (problem["fault"], problem["column"]) == ("status", "status")
    assert (problem["count"], problem["first_row"]) == (26, 6)
    assert "另有 25 处" in printed


@pytest.mark.parametrize(
    ("title", "value", "fault"),
    [
        ("出生日期", "20050230", "date"),
        ("出生日期", "２００５１３０１", "date"),
        ("出生日期", "٢٠٠٥٠١٠١", "date"),
        ("性别", "先生", "gender"),
        ("民族", "火星族", "ethnicity"),
        ("层次", "超本科", "level"),
        ("学制", "4.7", "schooling_years"),
        ("学习形式", "梦中", "study_mode"),
        ("证件类型", "驾驶证", "certificate_type"),
        ("学号", "9" * 21, "student_number"),
        ("学号", "2023<1>", "student_number"),
        ("学号", "2.02E+11", "number_cell"),
        ("考生号", "1" * 19, "candidate_number"),
        ("证件号码", "3.60426E+17", "number_cell"),
        ("证件号码", "360426199101010000", "number_cell"),
        ("证件号码", "", "number:empty"),
        ("姓名", "张\x1b三", "name:control"),
        ("姓名", "甲" * 51, "name:too_long"),
        ("专业名称", "甲\x00乙", "control_text"),
        ("专业名称", "甲" * 101, "too_long_text"),
        ("院校代码", "10001", "other_institution"),
        ("学籍状态", "", "blank"),
    ],
)
def test_each_impossible_cell_is_refused(
    tmp_path: Path, title: str, value: str, fault: str
) -> None:
    rows = sample(2)
    rows[1][AT[title]] = value
    _, result, _ = refused(write_csv(tmp_path / "a.csv", rows), institution="19998")
    assert [(p["row"], p["fault"]) for p in result["listed"]] == [(3, fault)]


@pytest.mark.parametrize(
    ("title", "value", "fault"),
    [
        ("性别", "OTHER", "gender_differs"),
        ("出生日期", "19990101", "birth_date_differs"),
        ("手机号", "021-5550000", "phone_ignored"),
    ],
)
def test_a_contradiction_is_a_warning_each_time(
    tmp_path: Path, title: str, value: str, fault: str
) -> None:
    rows = sample(2)
    rows[0][AT[title]] = {"男": "女", "女": "男"}[rows[0][AT[title]]] if value == "OTHER" else value
    path = write_csv(tmp_path / "a.csv", rows)
    for _ in range(2):
        assert [p["fault"] for p in run_import(path)["problems"]] == [fault]


def test_a_number_the_registry_has_under_another_name_is_refused(tmp_path: Path) -> None:
    rows = sample(2)
    run_import(write_csv(tmp_path / "a.csv", rows[:1]))
    rows[1][AT["证件号码"]] = rows[0][AT["证件号码"]]
    _, result, _ = refused(write_csv(tmp_path / "b.csv", rows[1:]))
    assert "conflict_registry" in {p["fault"] for p in result["problems"]}


def test_an_unknown_institution_is_refused(tmp_path: Path) -> None:
    rows = sample(1)
    rows[0][AT["院校代码"]] = "10001"
    status, _, printed = refused(write_csv(tmp_path / "a.csv", rows))
    assert (status, "institution" in printed.lower() or "院校" in printed) == (2, True)
    assert not ImportBatch.objects.exists()
    assert Institution.objects.count() == 1


def test_a_refused_file_has_a_report_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", sample(1), header=["学号", "姓名"])
    printed = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_registry", path, json=Path("-"), stdout=printed)
    report = json.loads(printed.getvalue())
    assert (error.value.returncode, report["refused"]) == (2, "missing_columns")
    assert "证件号码" in report["message"]
