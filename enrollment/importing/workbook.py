"""Turn a workbook into CSV, in a process of its own with a memory cap.

Run as ``python -m enrollment.importing.workbook KIND LIMIT`` with the workbook as standard
input: one sheet leaves as UTF-8 CSV on standard output, one line a row so that
row numbers stay, and one JSON line on standard error names the sheets. A
hostile workbook can at worst kill this process. Formulas are never evaluated:
the values last saved are read; macros and links are not looked at.
"""

import csv
import io
import json
import os
import resource
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO

from dbfread import DBF
from dbfread.exceptions import DBFNotFound
from python_calamine import CalamineError, CalamineWorkbook

from enrollment.importing.columns import HEADER_SEARCH_ROWS, find_header
from enrollment.importing.room import is_no_room
from enrollment.importing.xlsx_stream import Workbook

LOST_DIGITS = "\x1a"
# A double keeps fifteen decimal digits; longer numbers were changed when they were typed.
EXACT_BELOW = 10**15
UNFOLDED_LIMIT = 2 * 2**30
UNFOLDED_RATIO = 200
UNFOLDED_FREE = 50 * 2**20
CPU_SECONDS = 300
# Unfolded, all parts of an XLSX file together; a larger one is read row by row.
STREAM_FROM = 100 * 2**20

EXIT_UNREADABLE, EXIT_TOO_LARGE, EXIT_NO_ROOM = 3, 4, 5


class TooLargeError(Exception):
    """The file announces more data than the limit allows."""


def main(kind: str, memory: int) -> int:
    """Convert standard input; the exit code tells why not."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    source = sys.stdin.buffer
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        read = _dbf if kind == "dbf" else _workbook
        if kind == "zip":
            refuse_bomb(source)
            read = _streamed if _is_large_xlsx(source) else read
        sheet, others, rows = read(source)
        csv.writer(out).writerows(rows)
        out.flush()
    except (TooLargeError, MemoryError):
        return EXIT_TOO_LARGE
    except OSError as error:
        return EXIT_NO_ROOM if is_no_room(error) else EXIT_UNREADABLE
    except (
        CalamineError,
        DBFNotFound,
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        KeyError,
    ):
        return EXIT_UNREADABLE
    sys.stderr.write(json.dumps({"sheet": sheet, "others": others}) + "\n")
    return 0


def refuse_bomb(source: BinaryIO) -> None:
    """Raise TooLargeError when a ZIP says it unfolds beyond the limits."""
    with zipfile.ZipFile(source) as archive:
        unfolded = sum(entry.file_size for entry in archive.infolist())
        packed = sum(entry.compress_size for entry in archive.infolist()) or 1
    if unfolded > UNFOLDED_LIMIT:
        raise TooLargeError
    if unfolded > UNFOLDED_FREE and unfolded / packed > UNFOLDED_RATIO:
        raise TooLargeError
    source.seek(0)


def _is_large_xlsx(source: BinaryIO) -> bool:
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
    source.seek(0)
    is_xlsx = any(entry.filename == "xl/workbook.xml" for entry in entries)
    return is_xlsx and sum(entry.file_size for entry in entries) >= STREAM_FROM


def _streamed(source: BinaryIO) -> tuple[str, list[str], Iterator[list[str]]]:
    """The same as ``_workbook``, for an XLSX file too large to be unfolded in memory."""
    book = Workbook(zipfile.ZipFile(source))
    chosen, filled = "", []
    for name in book.sheet_names:
        head = [list(map(cell_text, row)) for row in islice(book.rows(name), HEADER_SEARCH_ROWS)]
        if any(map(any, head)):
            filled.append(name)
            if not chosen and find_header(head):
                chosen = name
    chosen = chosen or (filled or book.sheet_names)[0]
    others = [name for name in filled if name != chosen]
    return chosen, others, (list(map(cell_text, row)) for row in book.rows(chosen))


def _workbook(source: BinaryIO) -> tuple[str, list[str], Iterator[list[str]]]:
    """The first sheet with a header a registry knows, else the first that is not empty."""
    book = CalamineWorkbook.from_filelike(source)
    chosen, filled = "", []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.end is None:
            continue
        filled.append(name)
        head = sheet.to_python(skip_empty_area=False, nrows=HEADER_SEARCH_ROWS)
        if not chosen and find_header([[cell_text(cell) for cell in row] for row in head]):
            chosen = name
    chosen = chosen or (filled[0] if filled else book.sheet_names[0])
    sheet = book.get_sheet_by_name(chosen)
    others = [name for name in filled if name != chosen]
    return chosen, others, _sheet_rows(sheet)


def _sheet_rows(sheet: Any) -> Iterator[list[str]]:
    """Every row and column from the first of the sheet on; calamine leaves columns out only."""
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield margin + [cell_text(cell) for cell in row]


def _dbf(source: BinaryIO) -> tuple[str, list[str], Iterator[list[str]]]:
    with tempfile.NamedTemporaryFile(suffix=".dbf") as copy:
        while block := source.read(2**20):
            copy.write(block)
        copy.flush()
        table = DBF(copy.name, encoding="gb18030", ignore_missing_memofile=True)
        names = list(table.field_names)
        rows = [names, *([cell_text(row[name]) for name in names] for row in table)]
    return "", [], iter(rows)


def cell_text(cell: object) -> str:
    """A cell as text: whole numbers without ``.0``, days as ISO dates, long numbers marked."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)


def _number_text(number: float) -> str:
    if isinstance(number, float) and not number.is_integer():
        return repr(number)
    whole = int(number)
    return f"{LOST_DIGITS}{whole}" if abs(whole) >= EXACT_BELOW else str(whole)


if __name__ == "__main__":
    code = main(sys.argv[1], int(sys.argv[2]))
    sys.stderr.flush()
    # At once: what could not be written is not tried again.
    os._exit(code)
