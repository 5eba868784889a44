"""Empty cells clear values only where the file says so, and many only when asked."""

from pathlib import Path

import pytest

from tests.cases.workbooks import (
    ROWS,
    TITLES,
    at,
    emptied,
    good_data,
    listed,
    run,
    saved,
    sheet_with,
    values,
)

pytestmark = pytest.mark.usefixtures("school")


def test_cells_that_only_look_empty_clear_nothing(tmp_path: Path) -> None:
    good_data(tmp_path)
    rows = [list(row) for row in ROWS]
    rows[1][at("专业名称")] = "  "
    result = run(saved(sheet_with(rows), tmp_path / "a.xlsx"))
    assert (result["status"], result["changed"]) == (0, 0)
    assert listed(result) == {(3, "major_name", "kept_blank")}
    assert {major for (major,) in values("major_name")} == {"软件工程"}


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
