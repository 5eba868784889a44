"""What a sheet shows is what is read: the cases from practice that are about sheets and rows."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from enrollment.models import StudentRecord
from tests.cases.workbooks import (
    DATA,
    PEOPLE,
    ROWS,
    TITLES,
    at,
    good_data,
    left_out,
    listed,
    run,
    saved,
    sheet_with,
    values,
)

CLASS_AND_MAJOR = ("软件2601", "软件工程")
pytestmark = pytest.mark.usefixtures("school")


def test_a_cell_that_shows_an_error_is_a_fault_and_clears_nothing(tmp_path: Path) -> None:
    good_data(tmp_path)
    result = run(DATA / "error_cells.xlsx", tmp=tmp_path)
    assert listed(result) == {(3, "major_name", "error_cell")}
    assert result["status"] == 1
    assert {major for (major,) in values("major_name")} == {"软件工程"}


@pytest.mark.parametrize("title", ["姓名", "身份证号", "学号", "班级", "入学日期", "学籍状态"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#SPILL!"])
def test_an_error_is_named_once_at_its_cell_in_every_column(
    tmp_path: Path, title: str, error: str
) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][at(title)] = error
    sheet = sheet_with(rows)
    cell = sheet.cell(3, at(title) + 1)
    assert error == "#SPILL!" or cell.data_type == "e"
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    [(row, column, fault)] = listed(result)
    assert (row, fault) == (3, "error_cell")
    assert column in result["columns"]


def test_an_error_in_a_text_file_is_a_fault_too(tmp_path: Path) -> None:
    lines = [",".join(TITLES), *(",".join(row) for row in ROWS)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines).replace("软件工程", "#N/A", 1), encoding="utf-8")
    assert listed(run(path)) == {(2, "major_name", "error_cell")}


def test_a_merged_cell_counts_for_its_whole_span(tmp_path: Path) -> None:
    good_data(tmp_path)
    result = run(DATA / "merged.xlsx", tmp=tmp_path)
    assert (result["status"], result["changed"]) == (0, 0)
    assert set(values("school_class__code", "major_name")) == {CLASS_AND_MAJOR}


def test_a_cell_merged_to_the_right_counts_for_each_column(tmp_path: Path) -> None:
    rows: list[list[Any]] = [list(row) for row in ROWS]
    rows[0][at("班级")], rows[0][at("专业名称")] = "软件工程", None
    sheet = sheet_with(rows)
    sheet.merge_cells("E2:F2")
    run(saved(sheet, tmp_path / "a.xlsx"))
    assert values("school_class__code", "major_name")[0] == ("软件工程", "软件工程")


def test_merged_cells_make_no_persons_of_empty_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [list(row) for row in ROWS]
    for row in rows[1:]:
        row[at("班级")] = None
    sheet = sheet_with(rows)
    sheet.merge_cells("E2:E40")
    sheet["A30"].number_format = "@"  # an empty cell that has only a format
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["rows"], result["faulty"]) == (0, 4, 0)


def test_a_hidden_sheet_is_not_the_list(tmp_path: Path) -> None:
    good_data(tmp_path)
    result = run(DATA / "hidden.xlsx", tmp=tmp_path)
    assert (result["status"], result["changed"]) == (0, 0)
    assert result["reading"]["sheets"] == ["新生名单"]
    assert result["reading"]["sheets_left"] == [["旧", "hidden"]]
    assert {status for (status,) in values("status")} == {"注册学籍"}


def test_sheets_of_one_head_are_read_as_one_list(tmp_path: Path) -> None:
    result = run(DATA / "per_class.xlsx", tmp=tmp_path)
    assert (result["status"], result["new"]) == (0, 12)
    assert result["reading"]["sheets"] == ["软件2601", "软件2602", "软件2603"]


def test_a_fault_on_a_later_sheet_is_named_by_sheet_and_row(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS[:2])
    assert sheet.parent is not None
    sheet.title = "一班"
    second = sheet.parent.create_sheet("二班")
    second.append(["二班名单"])
    second.append([*TITLES[:2], *reversed(TITLES[2:])])
    for row in ROWS[2:]:
        second.append([*row[:2], *reversed(row[2:])])
    second["A4"] = ""
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert [problem["place"] for problem in result["problems"]] == ["二班!4"]
    second["A4"] = "李四平"
    assert run(saved(sheet, tmp_path / "b.xlsx"))["new"] == 4
    assert set(values("school_class__code", "major_name")) == {CLASS_AND_MAJOR}


def test_a_summary_before_the_list_is_passed_over(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS)
    assert sheet.parent is not None
    sheet.title = "名单"
    summary = sheet.parent.create_sheet("汇总", 0)
    summary.append(["姓名", "学号", "备注"])
    summary.append(["合计", "4", ""])
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 4)
    assert result["reading"]["sheets_left"] == [["汇总", "no_list"]]


def test_sheets_of_unlike_heads_wait_for_a_person(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS)
    assert sheet.parent is not None
    sheet.title = "名单"
    other = sheet.parent.create_sheet("旧名单")
    other.append(["姓名", "身份证号", "学号", "学籍状态"])
    other.append([*ROWS[0][:3], "休学"])
    path = saved(sheet, tmp_path / "a.xlsx")
    result = run(path)
    assert (result["status"], result["refused"]) == (2, "several_lists")
    assert "名单、旧名单" in result["message"]
    assert not StudentRecord.objects.exists()


def test_two_rows_of_titles_are_both_read(tmp_path: Path) -> None:
    result = run(DATA / "two_rows.xlsx", tmp=tmp_path)
    assert (result["status"], result["new"]) == (0, 4)
    assert set(values("entry_date", "schooling_years")) == {(date(2026, 9, 1), 4)}


@pytest.mark.parametrize("merged", [True, False])
def test_titles_about_another_person_are_not_the_students(tmp_path: Path, merged: bool) -> None:
    sheet = sheet_with([], ["姓名", "身份证号", "学号", "学籍状态", "父亲", ""])
    lower = ["", "", "", ""] if merged else ["姓名", "身份证号", "学号", "学籍状态"]
    sheet.append([*lower, "姓名", "联系电话"])
    for person in PEOPLE:
        sheet.append([*person[:3], "注册学籍", "赵大", "13800138000"])
    if merged:
        sheet.merge_cells("E1:F1")
        for letter in "ABCD":
            sheet.merge_cells(f"{letter}1:{letter}2")
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert result["unknown_titles"] == ["父亲姓名", "父亲联系电话"]
    assert set(values("phone_hash")) == {(None,)}
    assert values("name")[0] == ("赵一凡",)


def test_an_exact_title_beats_an_alias(tmp_path: Path) -> None:
    good_data(tmp_path)
    result = run(DATA / "two_columns2.xlsx", tmp=tmp_path)
    assert result["status"] == 0
    assert sorted(result["repeated_titles"]) == ["毕业日期", "班号"]
    assert set(values("expected_leaving_date")[:3]) == {(date(2030, 7, 1),)}


def test_escapes_and_line_breaks_are_read_as_shown(tmp_path: Path) -> None:
    assert run(DATA / "x000d.xlsx", tmp=tmp_path)["status"] == 0
    assert values("name", "school_class__code", "major_name") == [
        ("赵一凡", *CLASS_AND_MAJOR),
        ("钱二宁", *CLASS_AND_MAJOR),
        ("孙三乐", *CLASS_AND_MAJOR),
    ]


def test_a_number_is_stored_as_its_format_shows_it(tmp_path: Path) -> None:
    run(DATA / "zeros.xlsx", tmp=tmp_path)
    assert values("student_number") == [("0000001234",), ("0000001235",)]


def test_a_month_that_lost_its_zero_is_a_fault(tmp_path: Path) -> None:
    result = run(DATA / "month.xlsx", tmp=tmp_path)
    assert listed(result) == {(3, "entry_date", "month_number")}


def test_a_formula_that_was_never_calculated_is_a_fault(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[2][at("专业名称")] = '="软件"&"工程"'
    good_data(tmp_path)
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert listed(result) == {(4, "major_name", "unsaved_formula")}
    assert {major for (major,) in values("major_name")} == {"软件工程"}


def test_hidden_rows_and_columns_are_not_read_and_told(tmp_path: Path) -> None:
    good_data(tmp_path)
    rows = [[*row[:4], "软件2699", *row[5:]] for row in ROWS]
    sheet = sheet_with(rows)
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["F"].hidden = True
    sheet["F2"] = "另一专业"
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert left_out(result) == {"hidden": ["3", "4"]}
    assert result["reading"]["hidden_columns"] == ["F 专业名称"]
    assert [code for (code,) in values("school_class__code")] == [
        "软件2699", "软件2601", "软件2601", "软件2699",
    ]  # fmt: skip
    assert {major for (major,) in values("major_name")} == {"软件工程"}


def test_a_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS)
    sheet["XFD1048576"] = "x"
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 4)
    assert result["blank"] < 1000
    assert result["reading"]["untitled_columns"] == ["XFD"]


@pytest.mark.parametrize(
    ("name", "told"), [("merged.xlsx", ["E2:E5", "F2:F5"]), ("two_rows.xlsx", [])]
)
def test_merged_cells_below_the_titles_are_told(tmp_path: Path, name: str, told: list[str]) -> None:
    assert run(DATA / name, tmp=tmp_path)["reading"]["merged_cells"] == told


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    result = run(DATA / "hidden.xlsx", tmp=tmp_path, sheet="旧")
    assert {status for (status,) in values("status")} == {"休学"}
    assert result["reading"]["sheets_left"] == [["新生名单", "not_chosen"]]
    result = run(DATA / "hidden.xlsx", tmp=tmp_path, sheet="没有")
    assert (result["refused"], result["sheets"]) == ("no_sheet", ["旧", "新生名单"])


def test_a_list_on_a_hidden_sheet_alone_waits_for_a_person(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS)
    assert sheet.parent is not None
    sheet.title = "名单"
    sheet.sheet_state = "veryHidden"
    sheet.parent.create_sheet("说明").append(["见另表"])
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["refused"], result["sheets"]) == ("hidden_list", ["名单"])
    assert run(saved(sheet, tmp_path / "a.xlsx"), sheet="名单")["new"] == 4
