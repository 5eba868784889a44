"""Convert a workbook to CSV, in a separate process with a memory cap.

Run as ``python -m enrollment.files.workbooks.converter KIND MEMORY SECONDS WISHES`` with the
workbook as standard input, where WISHES is the descriptor of a file of JSON: ``sheet``, the
one to read, and ``titles``, what titles mean at this institution. The list
is written to standard output as UTF-8 CSV, and one JSON line to standard error: what
was read (``workbooks.sheets.Reading``), or the reason of a failure. A hostile workbook
can at worst kill this process. Formulas are never evaluated: the last saved values
are read; macros and links are ignored.
"""

import csv
import errno
import io
import json
import os
import resource
import struct
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from dbfread.exceptions import DBFNotFound
from xlrd import XLRDError

from enrollment.fields.cell_marks import LOST_DIGITS
from enrollment.files.dbf_table import CutCharacterError, CutFileError, dbf_rows
from enrollment.files.disk import is_disk_full
from enrollment.files.workbooks.number_formats import EXACT_BELOW, general
from enrollment.files.workbooks.ods_book import OdsBook
from enrollment.files.workbooks.sheets import Book, NoListError, Reading, SheetReader
from enrollment.files.workbooks.xls_book import EncryptedError, XlsBook
from enrollment.files.workbooks.xlsx_stream import Workbook

UNFOLDED_LIMIT = 2 * 2**30
UNFOLDED_RATIO = 200
UNFOLDED_FREE = 50 * 2**20

# Names of ``FileFault``.
_FAULTS = {EncryptedError: "ENCRYPTED", CutFileError: "CUT_FILE"}

EXIT_UNREADABLE, EXIT_TOO_LARGE, EXIT_DISK_FULL, EXIT_NO_LIST = 3, 4, 5, 6


class TooLargeError(Exception):
    """The file declares more data than the limit allows."""


def main(kind: str, memory: int, seconds: int, wishes: dict[str, Any]) -> int:
    """Convert standard input; the exit code is the reason of a failure."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNFOLDED_LIMIT, UNFOLDED_LIMIT))
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        reading = _convert(kind, sys.stdin.buffer, csv.writer(out), wishes)
        out.flush()
    except NoListError as error:
        _tell({"fault": error.fault, "sheets": error.sheets})
        return EXIT_NO_LIST
    except (EncryptedError, CutFileError) as error:
        _tell({"fault": _FAULTS[type(error)], "detail": ""})
        return EXIT_NO_LIST
    except CutCharacterError as error:
        _tell({"fault": "CUT_CHARACTER", "detail": f"({error.row}:{error.field})"})
        return EXIT_NO_LIST
    except (TooLargeError, MemoryError):
        return EXIT_TOO_LARGE
    except OSError as error:
        if error.errno == errno.EFBIG:
            return EXIT_TOO_LARGE
        return EXIT_DISK_FULL if is_disk_full(error) else EXIT_UNREADABLE
    except (
        XLRDError,
        DBFNotFound,
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ):
        return EXIT_UNREADABLE
    _tell(reading.as_json())
    return 0


def _convert(kind: str, source: BinaryIO, out: Any, wishes: dict[str, Any]) -> Reading:
    if kind == "dbf":
        out.writerows(map(cell_text, row) for row in dbf_rows(source))
        return Reading()
    if kind == "zip":
        refuse_bomb(source)
    reader = SheetReader(_book(kind, source), wishes["titles"], wishes["sheet"])
    out.writerows(reader.rows())
    return reader.reading


def _tell(answer: dict[str, Any]) -> None:
    sys.stderr.write(json.dumps(answer) + "\n")


def refuse_bomb(source: BinaryIO) -> None:
    """Raise TooLargeError when the sizes that a ZIP declares exceed the limits."""
    with zipfile.ZipFile(source) as archive:
        unfolded = sum(entry.file_size for entry in archive.infolist())
        packed = sum(entry.compress_size for entry in archive.infolist()) or 1
    if unfolded > UNFOLDED_LIMIT:
        raise TooLargeError
    if unfolded > UNFOLDED_FREE and unfolded / packed > UNFOLDED_RATIO:
        raise TooLargeError
    source.seek(0)


def _book(kind: str, source: BinaryIO) -> Book:
    if kind == "xls":
        return XlsBook(source)
    archive = zipfile.ZipFile(source)
    is_ods = "content.xml" in archive.namelist()
    return OdsBook(archive) if is_ods else Workbook(archive)


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
    text = general(float(number))
    return f"{LOST_DIGITS}{text}" if number == int(number) and abs(number) >= EXACT_BELOW else text


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[4]), "rb") as file:
        code = main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.load(file))
    sys.stderr.flush()
    # Exit without flushing again what could not be written.
    os._exit(code)
