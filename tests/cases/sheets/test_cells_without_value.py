"""Cells that hold no value: words for nothing, and formulas that wait for a person."""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.workbooks import (
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

pytestmark = pytest.mark.usefixtures("school")


@pytest.mark.parametrize(
    ("title", "column", "word"),
    [
        ("班级", "class_code", "NULL"), ("班级", "class_code", "/"), ("班级", "class_code", "无"),
        ("专业名称", "major_name", r"\N"), ("专业名称", "major_name", "(null)"),
        ("考生号", "candidate_number", "-"), ("考生号", "candidate_number", "nan"),
        ("入学日期", "entry_date", "——"), ("层次", "level", "None"),
    ],
)  # fmt: skip
def test_a_word_for_nothing_clears_nothing_and_is_told(
    tmp_path: Path, title: str, column: str, word: str
) -> None:
    good_data(tmp_path)
    rows = [list(row) for row in ROWS]
    rows[1][at(title)] = word
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert (result["status"], result["changed"]) == (0, 0)
    assert listed(result) == {(3, column, "says_nothing")}


def test_two_people_without_a_number_do_not_share_a_dash(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    for row in rows[:2]:
        row[at("考生号")] = "-"
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 4)
    assert [number for (number,) in values("candidate_number")][:2] == ["", ""]


@pytest.mark.parametrize(("title", "fault"), [("学籍状态", "blank"), ("身份证号", "number:empty")])
def test_a_word_for_nothing_where_a_value_must_be_is_a_fault(
    tmp_path: Path, title: str, fault: str
) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][at(title)] = "/"
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert result["status"] == 1
    assert {found for _, _, found in listed(result)} == {fault}


def test_formulas_filled_down_in_advance_make_no_persons(tmp_path: Path) -> None:
    titles = ["序号", *TITLES, "性别", "出生日期"]
    rows: list[list[Any]] = [[n, *row, "", ""] for n, row in enumerate(ROWS, start=1)]
    rows += [[n, *[""] * len(TITLES), "", ""] for n in (5, 6, 7)]
    sheet = sheet_with(rows, titles)
    for number in (6, 7, 8):
        sheet.cell(number, titles.index("性别") + 1).value = " "  # as a formula that shows nothing
        sheet.cell(number, titles.index("出生日期") + 1).value = "#VALUE!"
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["rows"]) == (0, 4)
    assert left_out(result) == {"nothing": ["6", "7", "8"]}


def test_an_error_beside_a_name_stays_a_fault(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS[:2]]
    sheet = sheet_with([*rows, ["李四平"]], [*TITLES, "性别"])
    sheet.cell(4, len(TITLES) + 1).value = "#VALUE!"
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["faulty"]) == (1, 1)
