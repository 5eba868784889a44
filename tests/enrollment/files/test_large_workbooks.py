"""XLSX files are read row by row, whatever their size, and nothing hostile gets through."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from enrollment.fields.catalogue import FIELDS
from enrollment.files.workbooks import xlsx_stream
from enrollment.files.workbooks.sheets import SheetReader
from tests.enrollment.imported_files import sample


def book() -> io.BytesIO:
    """Gaps in rows and columns, and the registry on the second sheet."""
    made, out = Workbook(write_only=False), io.BytesIO()
    notes = made.create_sheet("说明", 0)
    made.remove(made.worksheets[1])
    notes["C4"] = "不是学籍"
    sheet = made.create_sheet("学籍")
    for at, column in enumerate(FIELDS, start=2):
        sheet.cell(3, at, column.title)
    for row, values in enumerate(sample(5), start=4):
        for at, text in enumerate(values, start=2):
            sheet.cell(row, at, text)
    made.create_sheet("空")
    made.save(out)
    out.seek(0)
    return out


def rows_of(file: io.BytesIO) -> list[list[str]]:
    """The rows as the import reads them."""
    return list(SheetReader(xlsx_stream.Workbook(zipfile.ZipFile(file)), {}).rows())


def sheet_of(xml: str) -> io.BytesIO:
    """The workbook with another second sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(book()) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            is_sheet = entry.filename.endswith("sheet2.xml")
            new.writestr(entry.filename, xml if is_sheet else old.read(entry))
    return out


def test_rows_and_columns_keep_their_places() -> None:
    rows = rows_of(book())
    assert rows[:3] == [[], [], ["", *(column.title for column in FIELDS)]]
    assert [row[1:] for row in rows[3:]] == sample(5)


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>',
        '<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="x"/></sheetData></worksheet>',
        '<worksheet><sheetData><row><c r="XFE1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c r="a1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>99999</v></c></row></sheetData></worksheet>',
        "<worksheet><sheetData><row><c><v>王</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row>",
        "",
    ],
)
def test_a_broken_or_hostile_sheet_is_refused(xml: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        rows_of(sheet_of(xml))
