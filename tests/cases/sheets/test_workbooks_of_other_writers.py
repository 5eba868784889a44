"""Workbooks whose ZIP is written otherwise than Office writes it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rustpy_xlsxwriter import write_worksheet

from tests.cases.workbooks import ROWS, TITLES, run, saved, sheet_with

pytestmark = pytest.mark.usefixtures("school")


def repacked(path: Path, to: Path, renamed: Callable[[str], str]) -> Path:
    """The workbook with its parts under other names."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            if renamed(name):
                new.writestr(renamed(name), old.read(name))
    return to


@pytest.mark.parametrize(
    "renamed",
    [
        lambda name: name.replace("sharedStrings", "SharedStrings"),
        lambda name: name.replace("worksheets/sheet1", "Worksheets/Sheet1"),
        str.lower,
        lambda name: name.replace("/", "\\"),
    ],
    ids=["shared strings", "sheet", "lower case", "backslashes"],
)
def test_case_and_slashes_of_parts_do_not_count(
    tmp_path: Path, renamed: Callable[[str], str]
) -> None:
    path = tmp_path / "a.xlsx"
    write_worksheet(
        [dict(zip(TITLES, row, strict=True)) for row in ROWS], str(path), sheet_name="a"
    )
    result = run(repacked(path, tmp_path / "b.xlsx", renamed))
    assert (result["status"], result["new"]) == (0, 4)


def test_a_workbook_that_lacks_one_of_its_sheets_is_damaged(tmp_path: Path) -> None:
    sheet = sheet_with(ROWS[:2])
    assert sheet.parent is not None
    second = sheet.parent.create_sheet("二班")
    for row in sheet.iter_rows(values_only=True):
        second.append(row)
    path = saved(sheet, tmp_path / "a.xlsx")
    lost = repacked(path, tmp_path / "b.xlsx", lambda name: "" if "sheet2" in name else name)
    assert run(lost)["refused"] == "unreadable"
