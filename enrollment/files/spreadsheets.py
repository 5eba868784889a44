"""Tables that people take away: CSV and XLSX, written row by row, never a formula.

A million rows need no more memory than a hundred, as long as the rows come from
an iterator.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from rustpy_xlsxwriter import write_worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(value: object) -> str:
    """``value`` as text that no program takes for a formula (SECURITY T16); empty for None."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file line by line; a mark at its beginning tells Excel that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(titles)
    for row in rows:
        yield writer.writerow(map(plain_cell, row))


def workbook(titles: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str) -> BinaryIO:
    """A workbook of one sheet, without a name on the disk: gone once it is closed.

    The titles stand there even when no row follows; each must be another.
    """
    written = (dict(zip(titles, map(plain_cell, row), strict=True)) for row in rows)
    first = next(written, dict.fromkeys(titles, ""))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "table.xlsx"
        write_worksheet(chain([first], written), str(path), sheet_name=sheet)
        return cast("BinaryIO", path.open("rb"))


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """``text`` itself."""
        return text
