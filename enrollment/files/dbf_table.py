"""Read the rows of a DBF file as text, with all digits, and locate truncated characters."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from dbfread import DBF, FieldParser

# The language drivers of Chinese files, and of programs that set none or a wrong one.
_ENCODINGS = {0x78: "big5", 0x4F: "big5"}
_STATED_AT = 29
_NOT_ASCII = bytes(range(128, 256))


class CutCharacterError(Exception):
    """A field has bytes that do not decode; ``row`` counts from 1 with the title row."""

    def __init__(self, row: int, field: str) -> None:
        super().__init__(row, field)
        self.row, self.field = row, field


class CutFileError(Exception):
    """The file has fewer rows than it says."""


class _AsWritten(FieldParser):  # type: ignore[misc]
    """Parse fields as text, without conversion to numbers or dates."""

    def parse(self, field: Any, data: bytes) -> object:
        """The value of a field, or its text where it is none, so that only the row is refused.

        Raises UnicodeDecodeError that names the field.
        """
        try:
            return super().parse(field, data)
        except UnicodeDecodeError as error:
            error.reason = field.name
            raise
        except (ValueError, OverflowError):
            return data.decode("ascii", "replace").strip(" \0")

    def decode_text(self, text: bytes) -> str:
        """The text. Raises UnicodeDecodeError."""
        return text.decode(self.encoding)

    def parseN(self, field: Any, data: bytes) -> str:  # noqa: N802  dbfread's name
        """The digits of a number, without a fraction of zeros."""
        text = data.strip(b" \0").decode("ascii", "replace")
        whole, _point, fraction = text.partition(".")
        return text if fraction.strip("0") else whole

    parseF = parseN  # noqa: N815  dbfread's name

    def parseV(self, field: Any, data: bytes) -> str:  # noqa: N802  dbfread's name
        """The text of a field of varying width: its last byte is the width, unless it is full."""
        width = data[-1]
        is_short = width < len(data) and not data[width:-1].strip(b" \0")
        return str(self.parseC(field, data[:width] if is_short else data))

    def parse0(self, field: Any, data: bytes) -> None:
        """None: the flags tell which cells are null, which are blank anyway."""


def dbf_rows(source: BinaryIO) -> Iterator[list[object]]:
    """The field names, then every row that is not deleted.

    Raises CutCharacterError and CutFileError.
    """
    with _copy(source) as name:
        table = DBF(
            name,
            encoding=_encoding(name),
            ignore_missing_memofile=True,
            parserclass=_AsWritten,
            char_decode_errors="ignore",  # of titles; cells decode as ``_AsWritten`` says
        )
        _refuse_cut(table.header, os.stat(name).st_size)
        yield list(table.field_names)
        row = 2
        try:
            for record in table:
                yield list(record.values())
                row += 1
        except UnicodeDecodeError as error:
            raise CutCharacterError(row, error.reason) from error


def _refuse_cut(header: Any, size: int) -> None:
    """Raise CutFileError where the file ends before its last row."""
    if size < header.headerlen + header.numrecords * header.recordlen:
        raise CutFileError


@contextmanager
def _copy(source: BinaryIO) -> Iterator[str]:
    """A path of the content for a library that opens by path; on Linux of an unnamed file."""
    is_linux = sys.platform == "linux"
    make = tempfile.TemporaryFile if is_linux else tempfile.NamedTemporaryFile
    with make(suffix=".dbf") as copy:
        shutil.copyfileobj(source, copy, 2**20)
        copy.flush()
        yield f"/proc/self/fd/{copy.fileno()}" if is_linux else copy.name


def _encoding(name: str) -> str:
    """The stated encoding for traditional Chinese; else UTF-8 if the text is, else GB 18030.

    GB 18030 read as UTF-8 breaks at almost every character, UTF-8 only where a field cuts one.
    """
    with open(name, "rb") as file:
        data = file.read()
    stated = _ENCODINGS.get(data[_STATED_AT] if len(data) > _STATED_AT else 0)
    if stated:
        return stated
    rows = data[int.from_bytes(data[8:10], "little") :]
    breaks = rows.decode("utf-8", "replace").count("\ufffd")
    letters = len(rows) - len(rows.translate(None, _NOT_ASCII))
    return "gb18030" if breaks * 4 > letters else "utf-8"
