"""Select the sheets of a workbook that hold the list, and read them as one list.

A hidden sheet is read only when requested by name. Sheets with equal headers are
joined; among sheets with different headers a person chooses.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

from enrollment.fields.headers import HEADER_SEARCH_ROWS, Header, find_header, title_keys
from enrollment.files.workbooks.date_formats import Moment
from enrollment.files.workbooks.spans import Cell, Span, Spans

MAX_COLUMNS = 1000
# Gaps in row numbers are written as blank lines up to this width; wider ones are skipped.
_WIDEST_GAP = 200
_MAX_LISTED = 50
_DATES = frozenset({"birth_date", "entry_date", "expected_leaving_date"})


class Book(Protocol):
    """A workbook of any kind."""

    sheets: dict[str, bool]
    beyond: set[int]

    def layout(self, sheet: str) -> tuple[list[Span], frozenset[int]]:
        """The merged spans and the hidden columns."""

    def rows(self, sheet: str, width: int) -> Iterator[tuple[int, bool, list[Cell]]]:
        """Number, hidden, cells of each row."""


class NoListError(Exception):
    """A person must choose the sheet; ``fault`` is the name of a ``FileFault``."""

    def __init__(self, fault: str, sheets: list[str]) -> None:
        super().__init__(fault, sheets)
        self.fault, self.sheets = fault, sheets


@dataclass
class Reading:
    """Which parts of a workbook were read, for the result.

    ``sheets`` are those read; ``sheets_left`` is (name, reason) of the others
    that are not empty. ``places`` is (line, sheet, row) wherever line and row numbers
    diverge.
    """

    sheets: list[str] = field(default_factory=list)
    sheets_left: list[tuple[str, str]] = field(default_factory=list)
    places: list[tuple[int, str, int]] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_rows_listed: list[str] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    untitled_columns: list[str] = field(default_factory=list)
    merged_cells: list[str] = field(default_factory=list)

    def place(self, line: int) -> str:
        """The displayed position of a row: its number, after the sheet's name if several."""
        at = bisect_right(self.places, line, key=itemgetter(0)) - 1
        if at < 0:
            return str(line)
        first, sheet, row = self.places[at]
        return place_text(sheet if len(self.sheets) > 1 else "", row + line - first)

    def line(self, place: str) -> int | None:
        """The line of a position formatted by ``place``; None when it is invalid."""
        sheet, _mark, number = place.strip().rpartition("!")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            return None
        if bool(sheet) != (len(self.sheets) > 1):
            return None
        row, found = int(number), None
        for first, name, start in self.places:
            if start <= row and (not sheet or name == sheet):
                found = first + row - start
        return found if self.places else row

    def as_json(self) -> dict[str, Any]:
        """The reading as JSON, for the calling process."""
        return asdict(self)


@dataclass(frozen=True)
class _Sheet:
    name: str
    is_hidden: bool
    spans: list[Span]
    hidden_columns: frozenset[int]
    head: list[list[str]]
    header: Header | None

    @property
    def is_filled(self) -> bool:
        return any(map(any, self.head))

    @property
    def is_list(self) -> bool:
        return self.header is not None and not self.header.missing


class SheetReader:
    """Reads the list of a workbook; ``reading`` is complete after the last row."""

    def __init__(self, book: Book, titles: Mapping[str, str], wanted: str = "") -> None:
        """``wanted`` is the name of the one sheet to read. Raises NoListError."""
        self.reading = Reading()
        self._book, self._titles = book, titles
        found = [self._looked_at(name, hidden) for name, hidden in book.sheets.items()]
        self._chosen = _choose(found, wanted)
        self.reading.sheets = [sheet.name for sheet in self._chosen]
        self.reading.sheets_left = [
            (sheet.name, _reason(sheet, wanted))
            for sheet in found
            if sheet.is_filled and sheet.name not in self.reading.sheets
        ]
        self._line = 0

    def rows(self) -> Iterator[list[str]]:
        """Yield the lines of the list: the whole first sheet, then the rows below each header."""
        first = self._chosen[0]
        for sheet in self._chosen:
            places = None if sheet is first else _moved(sheet, first)
            start = 0 if sheet is first or sheet.header is None else sheet.header.row_number
            yield from self._lines_of(sheet, start, places)
            self._tell_columns(sheet)
            self._tell_merged_cells(sheet)

    def _looked_at(self, name: str, is_hidden: bool) -> _Sheet:
        spans, hidden_columns = self._book.layout(name)
        filler = Spans(spans, MAX_COLUMNS)
        head: list[list[str]] = [[] for _ in range(HEADER_SEARCH_ROWS)]
        for number, hidden, cells in islice(self._book.rows(name, MAX_COLUMNS), HEADER_SEARCH_ROWS):
            row = filler.fill(number, cells)
            if number <= HEADER_SEARCH_ROWS and not hidden:
                head[number - 1] = [_shown(cell) for cell in row]
        shown = [_without(row, hidden_columns) for row in head]
        return _Sheet(
            name, is_hidden, spans, hidden_columns, head, find_header(shown, self._titles)
        )

    def _lines_of(
        self, sheet: _Sheet, start: int, places: list[tuple[int, int]] | None
    ) -> Iterator[list[str]]:
        header = sheet.header
        width = _width(header) if header else MAX_COLUMNS
        dates = {at for name, at in header.mapping.items() if name in _DATES} if header else set()
        filler = Spans(sheet.spans, width)
        number = 0
        self._book.beyond.clear()
        for at, hidden, cells in self._book.rows(sheet.name, width):
            row = filler.fill(at, cells)
            if at <= start or not any(row):
                continue
            if hidden:
                self._tell_hidden_row(sheet, at)
                continue
            text = [
                cell if isinstance(cell, str) else cell.iso if place in dates else cell.shown
                for place, cell in enumerate(row)
            ]
            if sheet.hidden_columns:
                text = _without(text, sheet.hidden_columns)
            gap = at - (number or start) - 1
            if gap > _WIDEST_GAP or not number:
                gap = gap if gap <= _WIDEST_GAP else 0
                self.reading.places.append((self._line + 1, sheet.name, at - gap))
            yield from ([] for _ in range(gap))
            yield text if places is None else _replaced(text, places)
            self._line += gap + 1
            number = at

    def _tell_hidden_row(self, sheet: _Sheet, number: int) -> None:
        self.reading.hidden_rows += 1
        if len(self.reading.hidden_rows_listed) < _MAX_LISTED:
            several = len(self._chosen) > 1
            self.reading.hidden_rows_listed.append(
                place_text(sheet.name if several else "", number)
            )

    def _tell_columns(self, sheet: _Sheet) -> None:
        titles = sheet.head[sheet.header.row_number - 1] if sheet.header else []
        for at in sorted(sheet.hidden_columns):
            if at < len(titles) and titles[at].strip():
                label = f"{column_letters(at)} {titles[at].strip()}"
                self.reading.hidden_columns.append(label)
        self.reading.untitled_columns += map(
            column_letters, sorted(self._book.beyond)[:_MAX_LISTED]
        )
        self.reading.hidden_columns = list(dict.fromkeys(self.reading.hidden_columns))
        self.reading.untitled_columns = list(dict.fromkeys(self.reading.untitled_columns))

    def _tell_merged_cells(self, sheet: _Sheet) -> None:
        head, width = (sheet.header.row_number, _width(sheet.header)) if sheet.header else (0, 0)
        name = f"{sheet.name}!" if len(self._chosen) > 1 else ""
        tall = (
            f"{name}{column_letters(first)}{top}:{column_letters(last)}{bottom}"
            for top, first, bottom, last in sorted(sheet.spans)
            if head < top < bottom and first < width
        )
        self.reading.merged_cells += islice(tall, _MAX_LISTED + 1)


def place_text(sheet: str, row: int) -> str:
    """A row as people name it: the number, behind the sheet's name where there are several."""
    return f"{sheet}!{row}" if sheet else str(row)


def column_letters(at: int) -> str:
    """The letters over a column: 0 is A."""
    letters, rest = "", at + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _choose(found: list[_Sheet], wanted: str) -> list[_Sheet]:
    """The sheets to read. Raises NoListError."""
    names = [sheet.name for sheet in found if sheet.is_filled]
    if wanted:
        chosen = [sheet for sheet in found if sheet.name.strip() == wanted.strip()]
        if not chosen:
            raise NoListError("NO_SHEET", names)
        return chosen
    shown = [sheet for sheet in found if not sheet.is_hidden]
    lists = [sheet for sheet in shown if sheet.is_list]
    if len({frozenset(sheet.header.mapping) for sheet in lists if sheet.header}) > 1:
        raise NoListError("SEVERAL_LISTS", [sheet.name for sheet in lists])
    if lists:
        return lists
    hidden = [sheet.name for sheet in found if sheet.is_hidden and sheet.is_list]
    if hidden:
        raise NoListError("HIDDEN_LIST", hidden)
    filled = [sheet for sheet in shown if sheet.is_filled]
    if not filled:
        raise NoListError("EMPTY", [])
    return [max(filled, key=lambda sheet: len(sheet.header.mapping) if sheet.header else 0)]


def _reason(sheet: _Sheet, wanted: str) -> str:
    if wanted:
        return "not_chosen"
    if sheet.is_hidden:
        return "hidden"
    return "no_list"


def _width(header: Header) -> int:
    return max((at for at, title in enumerate(header.titles) if title), default=0) + 1


def _moved(sheet: _Sheet, first: _Sheet) -> list[tuple[int, int]]:
    """The position of each column in the first sheet, by meaning or else by title."""
    if sheet.header is None or first.header is None:
        return []
    moved = [(at, first.header.mapping[name]) for name, at in sheet.header.mapping.items()]
    keys = {key: at for at, key in enumerate(title_keys(first.header.titles)) if key}
    taken = {at for at, _ in moved}
    filled = {to for _, to in moved}
    for at, key in enumerate(title_keys(sheet.header.titles)):
        if at not in taken and key in keys and keys[key] not in filled:
            moved.append((at, keys[key]))
    return moved


def _replaced(row: list[str], places: list[tuple[int, int]]) -> list[str]:
    moved = [""] * (max(to for _, to in places) + 1)
    for at, to in places:
        if at < len(row):
            moved[to] = row[at]
    return moved


def _shown(cell: Cell) -> str:
    return cell.shown if isinstance(cell, Moment) else cell


def _without(row: list[str], columns: frozenset[int]) -> list[str]:
    if not columns:
        return row
    return ["" if at in columns else cell for at, cell in enumerate(row)]
