"""Stream the rows of an XLSX sheet with bounded memory.

ECMA-376 part 1, 18.3 (worksheets). The C tree builder holds the cells of a few
rows at a time, which are read and dropped before the next chunk of the file.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element, TreeBuilder

from enrollment.fields.cell_marks import SEEMING_BLANK, UNNAMED_ERROR, UNSAVED, is_error
from enrollment.files.workbooks.date_formats import moment_of
from enrollment.files.workbooks.number_formats import NumberFormat, compiled
from enrollment.files.workbooks.spans import Cell, Span
from enrollment.files.workbooks.xlsx_parts import (
    Package,
    XlsxError,
    clean_text,
    feed,
    local,
    new_parser,
    read_parts,
)
from enrollment.files.workbooks.xml_text import utf8_chunks

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_SPANS = 500_000
_MAX_PART_BYTES = 64 * 2**20
_TRUTH = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
_TRUE = ("1", "true")
_GENERAL = compiled("General")
_ROWS = b"sheetData"
_ROWS_END = re.compile(rb"</(?:[^\s<>]{1,50}:)?sheetData")
_MAX_MARK_BYTES = 80
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)")
_SPAN = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?([0-9]{1,7}):"
    rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})[\"']"
)
_ATTRIBUTE = re.compile(rb"(?<!\w)(\w++)\s*+=\s*+[\"']([^\"']*)[\"']")

Row = tuple[int, bool, list[Cell]]


class Workbook:
    """An open XLSX file; ``sheets`` is name → whether it is hidden, in order."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Raises XlsxError."""
        self._package = Package(archive)
        self._parts = read_parts(self._package)
        self._places = {name: part for name, part, _ in self._parts.sheets}
        self.sheets = {name: is_hidden for name, _, is_hidden in self._parts.sheets}
        # Positions of cells beyond the requested width.
        self.beyond: set[int] = set()

    def layout(self, sheet: str) -> tuple[list[Span], frozenset[int]]:
        """The merged spans and the hidden columns of a sheet. Raises XlsxError."""
        before, behind = _around_the_rows(self._package, self._places[sheet])
        return _spans(behind), _hidden_columns(before)

    def rows(self, sheet: str, width: int) -> Iterator[Row]:
        """Yield each stored row: its number, whether it is hidden, and at most ``width`` cells.

        Raises XlsxError.
        """
        number = 0
        for element in _row_elements(self._package, self._places[sheet]):
            number = _row_number(element, number)
            yield number, element.get("hidden") in _TRUE, self._cells(element, width)

    def _cells(self, row: Element, width: int) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            place = element.get("r")
            at = _column_of(place.rstrip("0123456789")) if place else len(cells)
            if at >= width:
                if len(element):
                    self.beyond.add(at)
                continue
            value = self._value(element)
            if not value and place:
                continue
            if at < len(cells):
                raise XlsxError
            if at > len(cells):
                cells.extend([""] * (at - len(cells)))
            cells.append(value)
        return cells

    def _value(self, cell: Element) -> Cell:
        """The displayed text of a cell. Raises XlsxError."""
        kind = cell.get("t", "n")
        if len(cell) == 1 and kind in ("s", "inlineStr"):
            alone = cell[0].text if kind == "s" else _inline_text(cell[0])
            return self._text(cell.get("s"), kind, alone) if alone else ""
        parts = {_local(part.tag): part for part in cell}
        value = parts.get("v")
        text = _inline_text(parts["is"]) if "is" in parts else value is not None and value.text
        if "f" in parts and not text:
            return SEEMING_BLANK if kind == "str" and value is not None else UNSAVED
        if not text:
            return ""
        if "f" in parts and text == "0" and self._parts.uncalculated:
            return UNSAVED
        try:
            return self._shown(kind, cell.get("s"), text)
        except (ValueError, IndexError, OverflowError, ArithmeticError) as error:
            raise XlsxError from error

    def _shown(self, kind: str, style: str | None, text: str) -> Cell:
        if kind == "n":
            form = self._format(style)
            if form is _GENERAL:
                return text if _is_short(text) else form.of_number(float(text), False)
            return form.of_number(float(text), self._parts.from_1904)
        if kind == "b":
            return _TRUTH.get(text, text)
        if kind == "e":
            return text if is_error(text) else UNNAMED_ERROR
        if kind == "d":
            return moment_of(text)
        return self._text(style, kind, text)

    def _text(self, style: str | None, kind: str, text: str) -> str:
        """The displayed form of a text. Raises XlsxError."""
        if kind == "s":
            at = int(text) if text.isdecimal() else -1
            if not 0 <= at < len(self._parts.texts):
                raise XlsxError
            text = self._parts.texts[at]
        else:
            text = clean_text(text)
        form = self._format(style)
        shown = text if form.shows_plain_text else form.of_text(text)
        return shown if shown.strip() or not shown else SEEMING_BLANK

    def _format(self, style: str | None) -> NumberFormat:
        formats = self._parts.formats
        if style is None and formats:
            return formats[0]
        return formats[int(style)] if style and int(style) < len(formats) else _GENERAL


def _row_elements(package: Package, part: str) -> Iterator[Element]:
    """The rows as elements; from the first row on, the parser calls the C builder itself."""
    builder, parser = TreeBuilder(), new_parser()
    builder.start("sheet", {})
    holders: list[Element] = []

    def start(name: str, values: dict[str, str]) -> None:
        if local(name) == "sheetData":
            holders.append(builder.start(name, values))
            parser.StartElementHandler = builder.start
            parser.EndElementHandler = builder.end
            parser.CharacterDataHandler = builder.data

    parser.StartElementHandler = start
    for _ in feed(parser, package, part):
        for holder in holders:
            yield from holder[:-1]  # the last one may not be complete
            del holder[:-1]
    for holder in holders:
        yield from holder


def _row_number(row: Element, before: int) -> int:
    """The number of a row, which must follow the one before. Raises XlsxError."""
    place = row.get("r")
    number = before + 1 if place is None else int(place) if place.isdecimal() else 0
    if not before < number <= MAX_ROWS:
        raise XlsxError
    return number


def _inline_text(element: Element) -> str:
    """The inline text of a cell, without phonetic runs."""
    if len(element) == 1 and _local(element[0].tag) == "t":
        return element[0].text or ""
    pieces = []
    for part in element:
        name = _local(part.tag)
        if name == "t":
            pieces.append(part.text or "")
        elif name == "r":
            pieces += [run.text or "" for run in part if _local(run.tag) == "t"]
    return "".join(pieces)


def _is_short(text: str) -> bool:
    """Whether a whole number is displayed as it is stored."""
    return text.isdecimal() and text.isascii() and len(text) <= 15 and text[0] != "0"


def _around_the_rows(package: Package, part: str) -> tuple[bytes, bytes]:
    """The parts of a sheet before and after its rows, as UTF-8."""
    before, behind, has_rows, has_ended = b"", b"", False, False
    try:
        with package.open(part) as file:
            for chunk in utf8_chunks(file):
                if not has_rows:
                    before += chunk
                    has_rows = _ROWS in before
                # Of the rows themselves only as much is kept as the mark of their end may need.
                behind = behind + chunk if has_ended else behind[-_MAX_MARK_BYTES:] + chunk
                if _ROWS in behind and (end := _ROWS_END.search(behind)):
                    behind, has_ended = behind[end.start() :], True
                if len(before) > _MAX_PART_BYTES or len(behind) > _MAX_PART_BYTES:
                    raise XlsxError
    except (KeyError, EOFError, ValueError, zlib.error) as error:
        raise XlsxError from error
    return before.partition(_ROWS)[0], behind if has_ended else b""


def _spans(behind: bytes) -> list[Span]:
    """The merged spans. Raises XlsxError."""
    found = []
    for match in _SPAN.finditer(behind):
        first, top, last, bottom = (
            match[1].decode(),
            int(match[2]),
            match[3].decode(),
            int(match[4]),
        )
        found.append((top, _column_of(first), bottom, _column_of(last)))
        if len(found) > MAX_SPANS:
            raise XlsxError
    return found


def _hidden_columns(before: bytes) -> frozenset[int]:
    found: set[int] = set()
    for match in _COLUMN.finditer(before):
        values = {name: value.decode() for name, value in _ATTRIBUTE.findall(match[1])}
        first, last = values.get(b"min", ""), values.get(b"max", "")
        if values.get(b"hidden") in _TRUE and first.isdecimal() and last.isdecimal():
            found.update(range(int(first) - 1, min(int(last), MAX_COLUMNS)))
    return frozenset(found)


_local = cache(local)


@cache
def _column_of(letters: str) -> int:
    """The position of a column: A is 0. Raises XlsxError."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise XlsxError
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MAX_COLUMNS:
        raise XlsxError
    return number - 1
