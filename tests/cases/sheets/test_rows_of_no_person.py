"""Totals, signatures and repeated titles are no persons; a person's row that lacks something is."""

from pathlib import Path

import pytest

from tests.cases.workbooks import DATA, ROWS, TITLES, left_out, listed, run, saved, sheet_with

pytestmark = pytest.mark.usefixtures("school")


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
        ["总计", "", "6078000006"],
    ],
)
def test_footers_of_many_kinds_are_left_out(tmp_path: Path, footer: list[str]) -> None:
    sheet = sheet_with([*ROWS[:3], footer])
    if len(footer) == 1:
        sheet.merge_cells("A5:L5")
    result = run(saved(sheet, tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 3)
    assert left_out(result) == {"footer": ["5"]}


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (["", *ROWS[3][1:]], {"name"}),
        (["李四平", "", *ROWS[3][2:]], {"certificate_number"}),
        (["李四平"], {"student_number", "status", "certificate_number"}),
        (["", "", "2026000004"], {"name", "status", "certificate_number"}),
        (
            ["李四平", "", "", "", "统计2601", "统计学"],
            {"student_number", "status", "certificate_number"},
        ),
    ],
)
def test_a_persons_row_that_lacks_something_is_a_fault_in_each_column_it_lacks(
    tmp_path: Path, row: list[str], faults: set[str]
) -> None:
    result = run(saved(sheet_with([*ROWS[:3], row]), tmp_path / "a.xlsx"))
    assert (result["status"], result["faulty"], left_out(result)) == (1, 1, {})
    assert {(line, column) for line, column, _fault in listed(result)} == {
        (5, column) for column in faults
    }


def test_the_head_again_in_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    result = run(saved(sheet_with([ROWS[0], TITLES, ROWS[1]]), tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 2)
    assert left_out(result) == {"head": ["3"]}


def test_a_list_whose_texts_stand_in_the_cells_is_read_whole(tmp_path: Path) -> None:
    result = run(DATA / "inner.xlsx", tmp=tmp_path)
    assert (result["status"], result["new"], result["problems"]) == (0, 3, [])
    assert left_out(result) == {}
