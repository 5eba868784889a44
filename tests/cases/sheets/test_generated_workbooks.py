"""Workbooks made by chance read as openpyxl and the rules of display read them."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from enrollment.fields.cell_marks import LOST_DIGITS, SEEMING_BLANK
from enrollment.files.workbooks import xlsx_stream
from enrollment.files.workbooks.sheets import SheetReader

TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["第一行\n第二行", "_x000D_", "_x005F_x000D_", " 前后 ", "a&b<c>\"d'", "0012", "TRUE"]
)
DAYS = st.dates(date(1905, 1, 1), date(2100, 12, 31))
MOMENTS = st.datetimes(datetime(1905, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(
    -1e9, 1e9, allow_nan=False, allow_subnormal=False
).map(lambda number: round(number, 4))
PADDED = st.tuples(st.integers(0, 10**12), st.integers(1, 14))
ERRORS = st.sampled_from(["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"])
# Value, number format, and what is shown: the display by rules of its own, none of the reader's.
CELLS = st.one_of(
    st.none().map(lambda _: (None, "General", "")),
    TEXT.map(lambda text: (text, "General", one_line(text))),
    TEXT.map(lambda text: (text, "@", one_line(text))),
    st.booleans().map(lambda truth: (truth, "General", "TRUE" if truth else "FALSE")),
    ERRORS.map(lambda text: (text, "General", text)),
    NUMBERS.map(lambda number: (number, "General", plain_number(number))),
    PADDED.map(lambda pair: (pair[0], "0" * pair[1], str(pair[0]).zfill(pair[1]))),
    st.integers(0, 999).map(lambda number: (number / 100, "0%", f"{number}%")),
    st.integers(0, 10**9).map(lambda number: (number, "#,##0", str(number))),
    st.integers(1, 99).map(lambda number: (number, '"第"0"班"', f"第{number}班")),
    DAYS.map(lambda day: (day, "yyyy/m/d", f"{day.year}/{day.month}/{day.day}")),
    DAYS.map(lambda day: (day, 'yyyy"年"m"月"', f"{day.year}年{day.month}月")),
    DAYS.map(lambda day: (day, "yyyy-mm-dd;@", day.isoformat())),
    MOMENTS.map(lambda moment: (moment, "yyyy-mm-dd hh:mm:ss", str(moment))),
    st.integers(1, 500).map(lambda hours: (timedelta(hours=hours), "[h]:mm", f"{hours}:00")),
    st.times().map(lambda at: (time(at.hour, at.minute), "h:mm", f"{at.hour}:{at.minute:02}")),
)


def one_line(text: str) -> str:
    """A text in one line; one that is blank to the eye is marked."""
    read = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
    line = re.sub(r"[\r\n\t\v\f\u2028\u2029]+", " ", read)
    return line if line.strip() else SEEMING_BLANK


def plain_number(number: float) -> str:
    """A number with every digit that it has; one that has lost some is marked."""
    if float(number).is_integer():
        # openpyxl writes sixteen digits of a number; the rest is lost before the file is read.
        whole = int(float(format(float(number), ".16g")))
        return f"{LOST_DIGITS}{whole}" if abs(whole) >= 10**15 else str(whole)
    return format(number, ".15g").upper()


def shown(book: bytes) -> list[list[str]]:
    """The rows as the import reads them, without the empty cells at the ends."""
    reader = SheetReader(xlsx_stream.Workbook(zipfile.ZipFile(io.BytesIO(book))), {})
    return [trimmed(row) for row in reader.rows()]


def trimmed(row: list[str]) -> list[str]:
    """Without empty cells at the end."""
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def workbook(rows: list[list[Any]], *, from_1904: bool) -> bytes:
    """The cells as openpyxl writes them."""
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for number, row in enumerate(rows, start=1):
        for at, (value, code, _) in enumerate(row, start=1):
            cell = sheet.cell(number, at)
            cell.value = value
            if isinstance(value, str) and value[:1] == "=":
                cell.data_type = "s"
            cell.number_format = code
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(book: bytes, change: Any) -> bytes:
    """The workbook with every sheet's XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                content = change(content.decode()).encode()
            new.writestr(entry.filename, content)
    return out.getvalue()


def prefixed(xml: str) -> str:
    """The elements with a prefix, as some writers put one before each."""
    xml = re.sub(r"<(/?)(\w)", r"<\1x:\2", xml)
    return xml.replace("xmlns=", "xmlns:x=", 1)


def without_places(xml: str) -> str:
    """The cells without their addresses: each follows the one before."""
    return re.sub(r' r="[A-Z]*[0-9]+"', "", xml)


def strict(xml: str) -> str:
    """The namespace of the strict form, and a dimension that is not true."""
    xml = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"', xml)
    return xml.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )


ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8).filter(
    lambda rows: any(cell[2] for row in rows for cell in row)
)
BEYOND_A_DOUBLE = [14070842509594422, 12345678901234567, -99999999999999998]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(ROWS, st.booleans())
@example([[(number, "General", plain_number(number)) for number in BEYOND_A_DOUBLE]], False)
def test_a_workbook_reads_as_it_is_shown(rows: list[list[Any]], from_1904: bool) -> None:
    book = workbook(rows, from_1904=from_1904)
    expected = [trimmed([cell[2] for cell in row]) for row in rows]
    while expected and not expected[-1]:
        expected.pop()
    assert shown(book) == expected
    for change in (prefixed, strict):
        assert shown(rewritten(book, change)) == expected
    check_against_openpyxl(book, expected)


def check_against_openpyxl(book: bytes, expected: list[list[str]]) -> None:
    """The texts, truths and errors are those that openpyxl finds."""
    sheet = openpyxl.load_workbook(io.BytesIO(book), data_only=True).active
    assert isinstance(sheet, Worksheet)
    for row, texts in zip(sheet.iter_rows(), expected, strict=False):
        for cell, text in zip(row, texts, strict=False):
            if cell.data_type == "b":
                assert text == str(cell.value).upper()
            elif cell.data_type == "e":
                assert text == cell.value
            elif cell.data_type == "s" and "_x" not in str(cell.value):
                assert text == one_line(str(cell.value))


@FEW
@given(st.lists(st.lists(TEXT, min_size=1, max_size=5), min_size=1, max_size=5))
def test_cells_without_addresses_follow_one_another(rows: list[list[str]]) -> None:
    cells = [[(text, "General", one_line(text)) for text in row] for row in rows]
    book = rewritten(workbook(cells, from_1904=False), without_places)
    assert shown(book) == [[text for _, _, text in row] for row in cells]


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=4),
    st.lists(
        TEXT.map(str.strip).filter(lambda text: text and "_x" not in text), min_size=4, max_size=4
    ),
)
def test_merged_cells_count_for_their_span(sizes: list[tuple[int, int]], texts: list[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    expected: dict[tuple[int, int], str] = {}
    for order, ((height, width), text) in enumerate(zip(sizes, texts, strict=True)):
        left = 2 + order * 5
        sheet.cell(1, left).value = text
        sheet.cell(1, left).data_type = "s"
        sheet.merge_cells(
            start_row=1, end_row=1 + height, start_column=left, end_column=left + width
        )
        for row in range(1, 2 + height):
            for column in range(left, left + width + 1):
                expected[row, column] = one_line(text)
    for row in range(1, 5):
        sheet.cell(row, 1).value = str(row)
    out = io.BytesIO()
    book.save(out)
    found = {
        (row, column): text
        for row, cells in enumerate(shown(out.getvalue()), start=1)
        for column, text in enumerate(cells, start=1)
        if text and column > 1
    }
    assert found == expected


def test_rich_text_is_read_without_how_it_is_said() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"] = CellRichText("张", TextBlock(InlineFont(b=True), "三"))
    out = io.BytesIO()
    book.save(out)
    assert shown(out.getvalue()) == [["张三"]]
    said = "<is><t>张三</t><rPh sb='0' eb='2'><t>ZHANG SAN</t></rPh></is>"
    spoken = rewritten(
        out.getvalue(),
        lambda xml: re.sub(r"<c r=\"A1\".*?</c>", f'<c r="A1" t="inlineStr">{said}</c>', xml),
    )
    assert shown(spoken) == [["张三"]]


def test_merged_cells_behind_many_rows_are_found() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for number in range(3000):
        sheet.append([str(number), *["一段较长的文字" * 4] * 20])
    sheet.cell(2999, 23).value = "末"
    sheet.merge_cells("W2999:W3000")
    sheet.column_dimensions["B"].hidden = True
    out = io.BytesIO()
    book.save(out)
    rows = shown(out.getvalue())
    assert [row[22] for row in rows[2998:]] == ["末", "末"]
    assert {row[1] for row in rows} == {""}
