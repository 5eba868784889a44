"""The rows of a large XLSX sheet, one after another: a million rows need no gigabytes.

ECMA-376 part 1, 18.3 (worksheets). Smaller workbooks are read by calamine,
which unfolds a sheet in memory; both give the same text (a test compares).
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

from enrollment.importing.xlsx_parts import (
    XlsxError,
    date_styles,
    parse,
    shared_texts,
    sheets,
)

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
Cell = str | float | bool | date | time


class Workbook:
    """An open XLSX file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Raises XlsxError."""
        self._archive = archive
        self._sheets, from_1904 = sheets(archive)
        self._dates = date_styles(archive)
        self._texts = shared_texts(archive)
        # Excel believes in 29 February 1900: days after it are counted from one day earlier.
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001

    @property
    def sheet_names(self) -> list[str]:
        """The names in order."""
        return [name for name, _ in self._sheets]

    def rows(self, sheet: str) -> Iterator[list[Cell]]:
        """Every row from the first on; a row that is left out is empty. Raises XlsxError."""
        reader = _SheetReader(self)
        for _ in parse(
            self._archive, dict(self._sheets)[sheet], reader.start, reader.end, reader.text
        ):
            yield from reader.rows
            reader.rows.clear()

    def value(self, kind: str, style: str, text: str) -> Cell:
        """What a cell holds. Raises XlsxError."""
        try:
            if kind == "s":
                return self._texts[int(text)]
            if kind in ("str", "inlineStr", "e", "d"):
                return text
            if kind == "b":
                return _TRUTH.get(text, text)
            number = float(text)
            return self._moment(number) if style in self._dates else number
        except (ValueError, IndexError, OverflowError) as error:
            raise XlsxError from error

    def _moment(self, days: float) -> Cell:
        moment = self._epoch + timedelta(milliseconds=round(days * 86_400_000))
        if 0 <= days < 1:
            return moment.time()
        return moment.date() if moment.time() == time() else moment


class _SheetReader:
    """Takes the pieces of a sheet as they come; finished rows wait in ``rows``."""

    def __init__(self, book: Workbook) -> None:
        self.rows: list[list[Cell]] = []
        self._book = book
        self._number = 0
        self._row: list[Cell] = []
        self._column, self._kind, self._style = 0, "", ""
        self._pieces: list[str] = []
        self._listening = self._spoken = False

    def start(self, name: str, values: dict[str, str]) -> None:
        """An element begins."""
        name = name.rpartition(":")[2]
        if name == "c":
            place = values.get("r")
            self._column = _column_of(place.rstrip("0123456789")) if place else len(self._row)
            self._kind, self._style = values.get("t", "n"), values.get("s", "0")
            self._pieces = []
        elif name == "v" or (name == "t" and not self._spoken):
            self._listening = True
        elif name == "rPh":
            self._spoken = True
        elif name == "row":
            number = int(values.get("r", self._number + 1))
            if not self._number < number <= MOST_ROWS:
                raise XlsxError
            self.rows.extend([] for _ in range(number - self._number - 1))
            self._number, self._row = number, []

    def text(self, data: str) -> None:
        """Text between elements."""
        if self._listening:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        """An element ends."""
        name = name.rpartition(":")[2]
        if name == "c":
            self._take_cell()
        elif name in ("v", "t"):
            self._listening = False
        elif name == "rPh":
            self._spoken = False
        elif name == "row":
            self.rows.append(self._row)

    def _take_cell(self) -> None:
        text = "".join(self._pieces)
        if not text:
            return
        missing = self._column - len(self._row)
        if missing < 0:
            raise XlsxError
        if missing:
            self._row.extend([""] * missing)
        self._row.append(self._book.value(self._kind, self._style, text))


@cache
def _column_of(letters: str) -> int:
    """The position of a column: A is 0. Raises XlsxError."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise XlsxError
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MOST_COLUMNS:
        raise XlsxError
    return number - 1
