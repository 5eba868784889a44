"""Two lists beside each other on one sheet, and lists without anybody."""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.workbooks import ROWS, TITLES, at, run, saved, sheet_with, values

pytestmark = pytest.mark.usefixtures("school")


def test_the_people_of_a_second_list_beside_the_first_are_not_lost_in_silence(
    tmp_path: Path,
) -> None:
    rows: list[list[Any]] = [[*ROWS[0], None, *ROWS[1]], [*ROWS[2], None, *ROWS[3]]]
    result = run(saved(sheet_with(rows, [*TITLES, "", *TITLES]), tmp_path / "a.xlsx"))
    assert result["refused"] == "two_lists"
    assert "姓名" in result["said"]
    assert not values("name")


def test_a_shorter_list_beside_a_longer_one_is_noticed_too(tmp_path: Path) -> None:
    short = ["姓名", "学号"]
    rows = [[*ROWS[0]], [*ROWS[1], ROWS[3][at("姓名")], ROWS[3][at("学号")]]]
    result = run(saved(sheet_with(rows, [*TITLES, *short]), tmp_path / "a.xlsx"))
    assert result["refused"] == "two_lists"


def test_columns_repeated_for_reading_are_left_out_and_told(tmp_path: Path) -> None:
    edge = ["学号", "姓名"]
    names = [row[at("姓名")] for row in ROWS]
    spaced = [f" {name[:1]}\u3000{name[1:]}" for name in names]
    rows = [[*row, row[at("学号")], name] for row, name in zip(ROWS, spaced, strict=True)]
    result = run(saved(sheet_with(rows, [*TITLES, *edge]), tmp_path / "a.xlsx"))
    assert (result["status"], result["new"]) == (0, 4)
    assert result["repeated_titles"] == edge


def test_titles_without_a_row_are_no_list(tmp_path: Path) -> None:
    assert run(saved(sheet_with([]), tmp_path / "a.xlsx"))["refused"] == "no_rows"


def test_titles_with_a_total_alone_are_no_list(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["合计", "0 人"]]
    assert run(saved(sheet_with(rows), tmp_path / "a.xlsx"))["refused"] == "no_rows"
