"""Write tables for download as CSV or XLSX, row by row and without formulas.

Memory does not grow with the number of rows, as long as they come from an iterator.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO, cast

from django.conf import settings
from rustpy_xlsxwriter import write_worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_WIDTH = 20  # of a column, in characters
_DIGITS = 15  # of a number, as many as a spreadsheet keeps
# With the full-width signs, which spreadsheets of China and Japan take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain_cell(value: object) -> str:
    """``value`` as text that programs do not execute as a formula (threat T16); "" for None."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the CSV line by line; a byte order mark makes Excel read it as UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(titles)
    for row in rows:
        yield writer.writerow(map(plain_cell, row))


def workbook(titles: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str) -> BinaryIO:
    """A workbook of one sheet, in an unnamed file that is deleted when closed.

    The titles are written even without rows, and stay when one scrolls; they must be distinct.
    An ``int`` is a number one can add up; digits in a text, as of a student number, stay text.
    """
    written = (dict(zip(titles, map(_sheet_cell, row), strict=True)) for row in rows)
    first = next(written, dict[str, int | str].fromkeys(titles, ""))
    file = cast("BinaryIO", tempfile.TemporaryFile(dir=settings.SPOOL_DIR))  # noqa: SIM115
    write_worksheet(
        chain([first], written),
        file,
        sheet_name=sheet,
        freeze_row=1,
        bold_headers=True,
        column_width=_WIDTH,
    )
    file.seek(0)
    return file


def _sheet_cell(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_DIGITS:
        return value
    return plain_cell(value)


class _Echo:
    """A file-like object whose ``write`` returns its argument."""

    def write(self, text: str) -> str:
        """Return ``text``."""
        return text
