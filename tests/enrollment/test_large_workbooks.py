"""Large XLSX files are read row by row: the same text as calamine reads, and nothing hostile."""

import io
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from enrollment.importing import workbook
from enrollment.importing.columns import COLUMNS
from enrollment.importing.xlsx_parts import XlsxError
from tests.enrollment.importing import sample

CELLS = [
    "王明", " 前后 ", "", "a&b<c>\"d'", "𠂇", "第一行\n第二行", "0012", "true",
    0, 1, -7, 3.5, 1e15, 360102200001011234, 1.0, True, False, None,
    date(2005, 1, 31), datetime(2024, 9, 1, 8, 30), time(7, 5), "=1+1",  # noqa: DTZ001
    CellRichText("张", TextBlock(InlineFont(b=True), "三")),
]  # fmt: skip


def book() -> io.BytesIO:
    """Every kind of cell, gaps in rows and columns, and the registry on the second sheet."""
    made, out = Workbook(write_only=False), io.BytesIO()
    notes = made.create_sheet("说明", 0)
    made.remove(made.worksheets[1])
    notes["C4"] = "不是学籍"
    sheet = made.create_sheet("学籍")
    for at, column in enumerate(COLUMNS, start=2):
        sheet.cell(3, at, column.title)
    for row, values in enumerate(sample(5), start=4):
        for at, text in enumerate(values, start=2):
            sheet.cell(row, at, text)
    for at, value in enumerate(CELLS):
        sheet.cell(12 + at % 3, 2 + at, value)
    sheet["B20"].number_format = '0"年"'
    sheet["B20"] = 44000
    sheet["C20"].number_format = "yyyy/m/d"
    sheet["C20"] = 44000
    made.create_sheet("空")
    made.save(out)
    out.seek(0)
    return out


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without the empty cells at the ends, of which the two readers give different numbers."""
    found = []
    for row in rows:
        cells = list(row)
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
    return found


def test_both_readers_give_the_same_text() -> None:
    whole, streamed = workbook._workbook(book()), workbook._streamed(book())
    assert streamed[:2] == whole[:2] == ("学籍", ["说明"])
    assert trimmed(list(streamed[2])) == trimmed(list(whole[2]))


def sheet_of(xml: str) -> io.BytesIO:
    """The workbook with another second sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(book()) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            is_sheet = entry.filename.endswith("sheet2.xml")
            new.writestr(entry.filename, xml if is_sheet else old.read(entry))
    return out


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>',
        '<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="x"/></sheetData></worksheet>',
        '<worksheet><row><c r="XFE1"><v>1</v></c></row></worksheet>',
        '<worksheet><row><c r="a1"><v>1</v></c></row></worksheet>',
        '<worksheet><row><c t="s"><v>99999</v></c></row></worksheet>',
        "<worksheet><row><c><v>王</v></c></row></worksheet>",
        "<worksheet><row>",
        "",
    ],
)
def test_a_broken_or_hostile_sheet_is_refused(xml: str) -> None:
    with pytest.raises((XlsxError, ValueError, OverflowError)):
        list(workbook._streamed(sheet_of(xml))[2])
