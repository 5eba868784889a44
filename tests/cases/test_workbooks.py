"""What a sheet shows is what is read: the cases from practice that are about sheets and rows."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from enrollment.models import Institution, StudentRecord
from tests.cases.workbooks import (
    DATA,
    PEOPLE,
    ROWS,
    STUDY,
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

EIGHT_NUMBERS = [
    "110101200708150316",
    "110101200708150324",
    "110101200708150332",
    "110101200708150340",
    "110101200708150359",
    "110101200708150367",
    "110101200708150375",
    "110101200708150383",
]
CLASS_AND_MAJOR = ("软件2601", "软件工程")


@pytest.fixture(autouse=True)
def school(db: None) -> Institution:
    """The institution of the cases."""
    return Institution.objects.create(code="19998", name="明德示范大学")


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


def test_totals_and_signatures_are_left_out_and_told(tmp_path: Path) -> None:
    result = run(DATA / "footer.xlsx", tmp=tmp_path)
    assert (result["status"], result["new"], result["problems"]) == (0, 3, [])
    assert left_out(result) == {"footer": ["6", "7"]}


@pytest.mark.parametrize(
    "footer",
    [
        ["合计", "", "3", "3"],
        ["", "", "", "", "", "", "", "小计：3人"],
        ["共 3 人", "", "", "", "审核人：王老师"],
        ["第1页 共2页"],
        ["软件2602班"],
        ["注：加*者为转专业学生", "", "", "2026年9月1日"],
        ["总计", "330303602124450075", "6078000006"],
    ],
)
def test_footers_of_many_kinds_are_left_out(tmp_path: Path, footer: list[str]) -> None:
    if footer[0] == "总计":
        footer = ["总计", "", "6078000006"]
    sheet = sheet_with([*ROWS[:3], footer])
    if len(footer) == 1:
        sheet.merge_cells("A5:L5")
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 3)
    assert left_out(result) == {"footer": ["5"]}


@pytest.mark.parametrize(
    "row",
    [
        ["", *ROWS[3][1:]],
        ["李四平", "", *ROWS[3][2:]],
        ["李四平"],
        ["", "", "2026000004"],
        ["李四平", "", "", "", "统计2601", "统计学"],
    ],
)
def test_a_persons_row_that_lacks_something_is_a_fault(tmp_path: Path, row: list[str]) -> None:
    result = run(saved(sheet_with([*ROWS[:3], row]), tmp_path / "a.xlsx"))
    assert (result["status"], result["faulty"], left_out(result)) == (1, 1, {})


def test_the_head_again_in_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    result = run(DATA / "inner.xlsx", tmp=tmp_path)
    again = left_out(result)
    assert (result["status"], result["problems"]) == (0, [])
    result = run(saved(sheet_with([ROWS[0], TITLES, ROWS[1]]), tmp_path / "a.xlsx"))
    assert (result["status"], left_out(result)) == (0, {"head": ["3"]})
    assert again in ({}, {"head": ["3"]})


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


def test_cells_that_only_look_empty_clear_nothing(tmp_path: Path) -> None:
    good_data(tmp_path)
    rows = [list(row) for row in ROWS]
    rows[1][at("专业名称")] = "  "
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert (result["status"], result["changed"]) == (0, 0)
    assert listed(result) == {(3, "major_name", "kept_blank")}
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


def emptied(count: int, column: str = "专业名称") -> list[list[Any]]:
    """Eight people, of whom ``count`` have nothing in a column."""
    people: list[list[Any]] = [
        [f"王{name}", number, f"20260001{at:02}", f"261101000001{at:02}", *STUDY]
        for at, (name, number) in enumerate(
            zip("一二三四五六七八", EIGHT_NUMBERS, strict=True), start=1
        )
    ]
    for row in people[:count]:
        row[at(column)] = None
    return people


def test_few_values_are_cleared_and_counted(tmp_path: Path) -> None:
    run(saved(sheet_with(emptied(0)), tmp_path / "before.xlsx"))
    result = run(saved(sheet_with(emptied(2)), tmp_path / "a.xlsx"))
    assert (result["status"], result["cleared"]) == (0, {"major_name": 2})
    assert [major for (major,) in values("major_name")].count("") == 2


def test_many_values_are_cleared_only_when_accepted(tmp_path: Path) -> None:
    run(saved(sheet_with(emptied(0)), tmp_path / "before.xlsx"))
    path = saved(sheet_with(emptied(6)), tmp_path / "a.xlsx")
    result = run(path)
    assert (result["status"], result["asks_accept_cleared"]) == (2, True)
    assert "6" in result["said"]
    assert "--accept-cleared" in result["said"]
    assert {major for (major,) in values("major_name")} == {"软件工程"}
    assert run(path, accept_cleared=True)["status"] == 0
    assert [major for (major,) in values("major_name")].count("") == 6


def test_a_column_that_is_empty_throughout_clears_nothing(tmp_path: Path) -> None:
    run(saved(sheet_with(emptied(0)), tmp_path / "before.xlsx"))
    result = run(saved(sheet_with(emptied(8)), tmp_path / "a.xlsx"))
    assert (result["status"], result["changed"]) == (0, 0)
    assert result["empty_columns"] == ["major_name"]
    assert {major for (major,) in values("major_name")} == {"软件工程"}


def test_after_an_empty_column_a_blank_clears_again(tmp_path: Path) -> None:
    run(saved(sheet_with(emptied(0)), tmp_path / "a.xlsx"))
    run(saved(sheet_with(emptied(8)), tmp_path / "b.xlsx"))
    result = run(saved(sheet_with(emptied(1)), tmp_path / "c.xlsx"))
    assert (result["changed"], result["cleared"]) == (1, {"major_name": 1})


def test_a_phone_that_is_none_keeps_the_one_in_the_registry(tmp_path: Path) -> None:
    titles = [*TITLES, "手机号"]
    run(saved(sheet_with([[*ROWS[0], "13800138000"]], titles), tmp_path / "a.xlsx"))
    before = values("phone_hash")
    result = run(saved(sheet_with([[*ROWS[0], "无"]], titles), tmp_path / "b.xlsx"))
    assert (result["status"], result["changed"]) == (0, 0)
    assert values("phone_hash") == before != [(None,)]
