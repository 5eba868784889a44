"""Tables to take away: no cell a formula, titles even without a row."""

import csv
from io import StringIO

import openpyxl
import pytest

from enrollment.files.spreadsheets import csv_lines, plain_cell, workbook

TITLES = ["甲", "乙"]


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20"]
)
def test_what_begins_like_a_formula_is_text(first: str) -> None:
    assert plain_cell(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (12, "12"), ("a=b", "a=b"), ("", "")])
def test_everything_else_stays_as_it_is(value: object, text: str) -> None:
    assert plain_cell(value) == text


def test_csv_names_its_encoding_for_excel_and_quotes_what_must_be() -> None:
    text = "".join(csv_lines(TITLES, [["=1", "x,y"]]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text[1:]))) == [TITLES, ["'=1", "x,y"]]


def test_a_workbook_has_its_titles_and_every_row() -> None:
    rows: list[list[object]] = [["=1", "2"], [None, 3]]
    with workbook(TITLES, iter(rows), sheet="表") as file:
        sheet = openpyxl.load_workbook(file)["表"]
    written = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert written == [TITLES, ["'=1", "2"], ["", 3]]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_counts_are_numbers_and_what_only_looks_like_one_is_text() -> None:
    values: list[object] = [14, -3, "110101200703074014", "12", 10**17, True]
    with workbook([f"{at}" for at in range(len(values))], [values], sheet="表") as file:
        cells = list(openpyxl.load_workbook(file)["表"][2])
    assert [cell.data_type for cell in cells] == ["n", "n", "s", "s", "s", "s"]
    assert [cell.value for cell in cells] == [14, -3, *map(str, values[2:])]


def test_a_workbook_without_rows_has_its_titles() -> None:
    with workbook(TITLES, [], sheet="表") as file:
        assert next(openpyxl.load_workbook(file)["表"].iter_rows(values_only=True)) == tuple(TITLES)
