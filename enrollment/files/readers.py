"""Open a registry file of any supported kind as rows of text.

The kind is detected by content, not by name. CSV is read in place, in any Chinese
encoding. Workbooks are first converted to CSV by a separate process (``workbooks``),
into an unnamed temporary file that is deleted when closed. Several processes may
read one table in parallel, each at its own position.
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from enrollment.fields.cell_marks import PADDING
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.kinds import OLE, ZIP, kind_fault
from enrollment.files.text_encoding import detect_delimiter, detect_encoding
from enrollment.files.workbooks import converter
from enrollment.files.workbooks.sheets import Reading

WORKBOOK_MEMORY = 2 * 2**30
# Of processor time to unfold a workbook: in a worker, and while a browser waits for the page.
WORKBOOK_SECONDS, PAGE_SECONDS = 300, 5
_DBF_VERSIONS = frozenset(b"\x03\x30\x31\x32\x43\x83\x8b\x8e\xf5")
_WORKBOOK_NAMES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".et"})
# Any other exit code means that the process was killed at its memory or time limit.
_REFUSALS = {
    converter.EXIT_UNREADABLE: FileFault.UNREADABLE,
    converter.EXIT_DISK_FULL: FileFault.DISK_FULL,
    1: FileFault.UNREADABLE,
}
_BLOCK = 2**20
# In characters. Longer lines are refused: they are no rows of a registry and would fill memory.
MAX_LINE = 2**20


@dataclass
class Table:
    """An opened file: its rows of text, from the first line on.

    ``rows`` may be called by several processes; ``size`` is in bytes. ``replaced`` and
    ``added`` count the corrected rows that were merged into the file.
    """

    file: BinaryIO
    encoding: str
    delimiter: str
    size: int
    reading: Reading = field(default_factory=Reading)
    replaced: int = 0
    added: int = 0
    # No cell is quoted and every row ends with a line feed.
    lines_are_rows: bool = False

    def rows(self) -> Iterator[list[str]]:
        """All rows in order; a blank line is an empty row. Raises FileFaultError."""
        raw = PlacedReader(self.file.fileno())
        text = io.TextIOWrapper(io.BufferedReader(raw, _BLOCK), self.encoding, newline="")
        reader = csv.reader(_lines(text), delimiter=self.delimiter, strict=True)
        number = 0
        try:
            for cells in reader:
                number += 1
                yield cells
        except csv.Error as error:
            raise FileFaultError(csv_fault(error), f"({number + 1})") from error
        except UnicodeDecodeError as error:
            raise FileFaultError(FileFault.ENCODING, f"({number + 1})") from error

    def head(self, count: int) -> list[list[str]]:
        """The first ``count`` rows."""
        rows = self.rows()
        return [row for _, row in zip(range(count), rows, strict=False)]

    def close(self) -> None:
        """Close the file; an unnamed temporary file is deleted."""
        self.file.close()


def csv_fault(error: csv.Error) -> FileFault:
    """The fault for an error of the CSV reader."""
    if "field larger than field limit" in str(error):
        return FileFault.LONG_CELL
    return FileFault.INNER_QUOTE if "expected after" in str(error) else FileFault.QUOTE


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of ``text``. Raises FileFaultError for a line longer than MAX_LINE."""
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise FileFaultError(FileFault.BINARY)
        yield line


class PlacedReader(io.RawIOBase):
    """A reader with a position of its own over a shared file descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position of this reader only."""
        size = os.fstat(self._descriptor).st_size
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` from the position of this reader."""
        block = os.pread(self._descriptor, len(buffer), self._at)
        buffer[: len(block)] = block
        self._at += len(block)
        return len(block)


def open_table(
    source: BinaryIO,
    name: str,
    *,
    titles: Mapping[str, str] | None = None,
    sheet: str = "",
    seconds: int = WORKBOOK_SECONDS,
) -> Table:
    """The table in ``source``, a real file; ``name`` is used in fault texts only.

    ``titles`` is what titles mean at the institution, ``sheet`` the one sheet to
    read. ``seconds`` of processor time are enough for a workbook, or it is too large. The
    table takes ownership of ``source``. Raises FileFaultError.
    """
    convert = partial(
        _from_workbook, wishes={"titles": dict(titles or {}), "sheet": sheet}, seconds=seconds
    )
    source.seek(0)
    head = source.read(4096)
    suffix = Path(name).suffix.lower()
    if not head.strip(b" \t\r\n" + PADDING.encode()):
        raise FileFaultError(FileFault.EMPTY)
    if fault := kind_fault(source):
        raise FileFaultError(fault)
    if head.startswith(ZIP):
        return convert(source, "zip")
    if head.startswith(OLE):
        return convert(source, "xls")
    if suffix == ".dbf" and head[0] in _DBF_VERSIONS:
        return convert(source, "dbf")
    if suffix in _WORKBOOK_NAMES:
        raise FileFaultError(FileFault.NOT_A_WORKBOOK)
    if sheet:
        raise FileFaultError(FileFault.NO_SHEET)
    encoding = detect_encoding(source)
    size = os.fstat(source.fileno()).st_size
    table = Table(source, encoding, detect_delimiter(head, encoding), size)
    table.lines_are_rows = _lines_are_rows(table)
    return table


def _from_workbook(source: BinaryIO, kind: str, wishes: dict[str, Any], seconds: int) -> Table:
    spool = tempfile.TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  owned by the table
    source.seek(0)
    with tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(wishes).encode())
        asked.seek(0)
        arguments = [kind, str(WORKBOOK_MEMORY), str(seconds), str(asked.fileno())]
        done = subprocess.run(  # noqa: S603  fixed command, the file is its standard input
            [sys.executable, "-m", "enrollment.files.workbooks.converter", *arguments],
            stdin=source,
            stdout=spool,
            stderr=subprocess.PIPE,
            pass_fds=[asked.fileno()],
            cwd=settings.BASE_DIR,
            check=False,
        )
    source.close()
    if done.returncode:
        spool.close()
        raise _refusal(done)
    told = json.loads(done.stderr.splitlines()[-1])
    size = os.fstat(spool.fileno()).st_size
    if not size:
        spool.close()
        raise FileFaultError(FileFault.EMPTY)
    table = Table(spool, "utf-8", ",", size, Reading(**told))
    table.lines_are_rows = _lines_are_rows(table)
    return table


def _refusal(done: subprocess.CompletedProcess[bytes]) -> FileFaultError:
    if done.returncode == converter.EXIT_NO_LIST:
        told = json.loads(done.stderr.splitlines()[-1])
        names = told.get("sheets", [])
        detail = told.get("detail") or "、".join(names)
        return FileFaultError(FileFault[told["fault"]], detail, names)
    return FileFaultError(_REFUSALS.get(done.returncode, FileFault.TOO_LARGE))


def _lines_are_rows(table: Table) -> bool:
    """Whether each line feed ends a row, because no cell is quoted."""
    if table.encoding.startswith("utf-16"):
        return False
    table.file.seek(0)
    returns, last = 0, b""
    while block := table.file.read(_BLOCK):
        if b'"' in block:
            return False
        if b"\r" in block or last == b"\r":
            returns += block.count(b"\r") - (last + block).count(b"\r\n")
        last = block[-1:]
    return returns == 0
