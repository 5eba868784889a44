"""Detect encoding and delimiter of a text file, or locate invalid bytes."""

import codecs
import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from enrollment.fields.cell_marks import PADDING
from enrollment.fields.headers import HEADER_SEARCH_ROWS, find_header
from enrollment.files.faults import FileFault, FileFaultError

_BLOCK = 2**20
_HEAD = 4096
# In GB 18030, no line with this many non-ASCII bytes was found to be valid UTF-8 by accident.
_TELLING_BYTES = 12
_DELIMITERS = ",\t;|，；"
_STATED = re.compile(r"\ufeff*sep=(.)\r?$", re.IGNORECASE | re.MULTILINE)


def detect_encoding(source: BinaryIO) -> str:
    """The encoding of a text file, determined by reading all of it.

    Raises FileFaultError with row and byte of the first invalid byte.
    """
    source.seek(0)
    head = source.read(_HEAD)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _proved(source, "utf-16")
    text = head.rstrip(PADDING.encode())
    even, odd = text[::2].count(0), text[1::2].count(0)
    # The zeros of UTF-16 are every second byte; cells padded with NUL have them everywhere.
    if max(even, odd) * 8 > len(text) and max(even, odd) > 4 * min(even, odd):
        return _proved(source, "utf-16-be" if even > odd else "utf-16-le")
    if _decodes(source, "utf-8-sig"):
        return "utf-8-sig"
    if even + odd and not _decodes(source, "gb18030"):
        raise FileFaultError(FileFault.BINARY)
    _refuse_broken_utf8(source, is_stated=head.startswith(codecs.BOM_UTF8))
    if not _decodes(source, "gb18030"):
        raise FileFaultError(FileFault.ENCODING, _first_break(source, "gb18030"))
    return "gb18030"


def detect_delimiter(head: bytes, encoding: str) -> str:
    """The delimiter given by ``sep=``, or the one with which the title row is found."""
    text = head.decode(encoding, "ignore")
    stated = _STATED.match(text)
    if stated:
        return stated[1]
    return max(_DELIMITERS, key=lambda sign: (_known_titles(text, sign), text.count(sign)))


def _known_titles(text: str, delimiter: str) -> int:
    lines = text.splitlines()[:HEADER_SEARCH_ROWS]
    try:
        header = find_header(list(csv.reader(lines, delimiter=delimiter)))
    except csv.Error:
        return 0
    return len(header.mapping) if header else 0


def _proved(source: BinaryIO, encoding: str) -> str:
    if not _decodes(source, encoding):
        raise FileFaultError(FileFault.ENCODING)
    return encoding


def _decodes(source: BinaryIO, encoding: str) -> bool:
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := source.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_broken_utf8(source: BinaryIO, *, is_stated: bool) -> None:
    """Raise FileFaultError when a file that is not UTF-8 was meant to be, or is in parts.

    A line of GB 18030 breaks at almost every character when read as UTF-8; one of
    UTF-8 with a cut character breaks there alone.
    """
    first_whole = first_broken = ""
    for number, line, breaks in _not_ascii(source):
        if not breaks and not first_whole:
            first_whole = f"({number})"
        if breaks and (is_stated or breaks * 4 <= sum(byte > 127 for byte in line)):
            first_broken = first_broken or _place(number, line, "utf-8")
            if is_stated:
                break
    if first_broken and (is_stated or first_whole):
        raise FileFaultError(FileFault.ENCODING, first_broken)
    if first_whole:
        raise FileFaultError(FileFault.MIXED_ENCODING, first_whole)


def _not_ascii(source: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """Number, bytes and breaks as UTF-8 of each line with enough bytes to tell."""
    source.seek(0)
    for number, line in enumerate(source, start=1):
        if not line.isascii() and sum(byte > 127 for byte in line) >= _TELLING_BYTES:
            yield number, line, line.decode("utf-8", "replace").count("\ufffd")


def _first_break(source: BinaryIO, encoding: str) -> str:
    source.seek(0)
    for number, line in enumerate(source, start=1):
        if place := _place(number, line, encoding):
            return place
    return ""


def _place(number: int, line: bytes, encoding: str) -> str:
    """“(row 3, byte 17)” of the first byte that does not decode; empty when all do."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return f"({number}:{error.start + 1})"
    return ""
