"""Read the sheets of an ODS file as displayed (OpenDocument 1.3, part 3)."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, TreeBuilder

from enrollment.fields.cell_marks import (
    LOST_DIGITS,
    SEEMING_BLANK,
    UNNAMED_ERROR,
    UNSAVED,
    is_error,
)
from enrollment.files.workbooks.date_formats import Moment, moment_of
from enrollment.files.workbooks.number_formats import EXACT_BELOW, general
from enrollment.files.workbooks.spans import Cell, Span
from enrollment.files.workbooks.xls_book import EncryptedError
from enrollment.files.workbooks.xlsx_parts import (
    Package,
    XlsxError,
    clean_text,
    feed,
    local,
    new_parser,
)

_MAX_COLUMNS = 1000
_MAX_ROWS = 1_048_576
_HIDDEN = ("collapse", "filter")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"-?[0-9.]+E[+-]?[0-9]+\Z", re.IGNORECASE)


@dataclass
class _Sheet:
    is_hidden: bool
    columns: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    # Number of the first row, number of equal rows, hidden, cells.
    rows: list[tuple[int, int, bool, list[Cell]]] = field(default_factory=list)
    next_row: int = 1


class OdsBook:
    """An open ODS file; ``sheets`` is name → whether it is hidden, in order."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Raises EncryptedError and XlsxError."""
        manifest = "META-INF/manifest.xml"
        if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
            raise EncryptedError
        self.beyond: set[int] = set()
        self._found: dict[str, _Sheet] = {}
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._package = Package(archive)
        self._read()
        self.sheets = {name: sheet.is_hidden for name, sheet in self._found.items()}

    def layout(self, sheet: str) -> tuple[list[Span], frozenset[int]]:
        """The merged spans and the hidden columns."""
        found = self._found[sheet]
        return found.spans, frozenset(found.hidden_columns)

    def rows(self, sheet: str, width: int) -> Iterator[tuple[int, bool, list[Cell]]]:
        """Number, hidden, cells of each row."""
        for first, count, hidden, cells in self._found[sheet].rows:
            self.beyond |= {at for at in range(width, len(cells)) if cells[at]}
            for number in range(first, first + count):
                yield number, hidden, cells[:width]

    def _read(self) -> None:
        parser = new_parser()
        builder = TreeBuilder()
        builder.start("sheets", {})

        def row_ended(name: str) -> None:
            element = builder.end(name)
            if local(name) == "table-row":
                self._take_row(element)
                element.clear()
                parser.StartElementHandler = start
                parser.EndElementHandler = parser.CharacterDataHandler = None

        def start(name: str, values: dict[str, str]) -> None:
            if local(name) == "table-row":
                builder.start(name, values)
                parser.StartElementHandler = builder.start
                parser.EndElementHandler, parser.CharacterDataHandler = row_ended, builder.data
            else:
                self._take(local(name), {local(key): value for key, value in values.items()})

        parser.StartElementHandler = start
        for _ in feed(parser, self._package, "content.xml"):
            pass

    def _take(self, name: str, values: dict[str, str]) -> None:
        """Handle an element other than a row."""
        if name == "style":
            self._style = values.get("name", "")
        elif name == "table-properties" and values.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            is_hidden = values.get("style-name") in self._hidden_styles
            self._found[values.get("name", "")] = _Sheet(is_hidden)
        elif name == "table-column" and self._found:
            sheet = list(self._found.values())[-1]
            count = min(_count(values.get("number-columns-repeated")), _MAX_COLUMNS)
            if values.get("visibility") in _HIDDEN:
                sheet.hidden_columns.update(range(sheet.columns, sheet.columns + count))
            sheet.columns = min(sheet.columns + count, _MAX_COLUMNS)

    def _take_row(self, row: Element) -> None:
        if not self._found:
            raise XlsxError
        sheet = list(self._found.values())[-1]
        values = {local(key): value for key, value in row.attrib.items()}
        count = _count(values.get("number-rows-repeated"))
        number = sheet.next_row
        cells: list[Cell] = []
        for element in row:
            said = {local(key): value for key, value in element.attrib.items()}
            is_covered = local(element.tag) == "covered-table-cell"
            cell: Cell = "" if is_covered else _shown(element, said)
            down, right = (
                _count(said.get("number-rows-spanned")),
                _count(said.get("number-columns-spanned")),
            )
            if max(down, right) > 1:
                at = len(cells)
                sheet.spans.append((number, at, number + down - 1, at + right - 1))
            room = _MAX_COLUMNS - len(cells)
            cells += [cell] * min(_count(said.get("number-columns-repeated")), room)
        sheet.next_row += count
        while cells and not cells[-1]:
            cells.pop()
        if cells and number <= _MAX_ROWS:
            is_hidden = values.get("visibility") in _HIDDEN
            sheet.rows.append((number, min(count, _MAX_ROWS - number + 1), is_hidden, cells))


def _shown(cell: Element, said: dict[str, str]) -> Cell:
    kind = said.get("value-type", "")
    text = clean_text("\n".join(_text_of(part) for part in cell if local(part.tag) == "p"))
    if is_error(text) or "error" in said.values():
        return text if is_error(text) else UNNAMED_ERROR
    if kind in ("float", "percentage", "currency") and "value" in said:
        return _number(text, said["value"])
    if kind == "date" and "date-value" in said:
        return Moment(moment_of(said["date-value"]).iso, text)
    if kind == "boolean":
        return said.get("boolean-value", "").upper()
    if "formula" in said and not text:
        return SEEMING_BLANK if kind == "string" else UNSAVED
    return text if text.strip() or not text else SEEMING_BLANK


def _number(text: str, value: str) -> str:
    number = float(value)
    if number.is_integer() and abs(number) >= EXACT_BELOW:
        return f"{LOST_DIGITS}{int(number)}"
    if not text or _SCIENTIFIC.match(text):
        return general(number)
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _text_of(element: Element) -> str:
    """The text of a paragraph with its blanks; notes are left out."""
    pieces = [element.text or ""]
    for part in element:
        name = local(part.tag)
        if name == "s":
            pieces.append(" " * min(_count(part.get(part.tag.replace("s", "c"))), 100))
        elif name in ("tab", "line-break"):
            pieces.append(" ")
        elif name not in ("annotation", "note", "ruby-text"):
            pieces.append(_text_of(part))
        pieces.append(part.tail or "")
    return "".join(pieces)


def _count(text: str | None) -> int:
    """The number of repetitions or spanned cells; 1 by default."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 1
