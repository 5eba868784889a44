"""Recognize the kind of a wrongly named file by its content."""

import re
from typing import BinaryIO, Final

from enrollment.files.faults import FileFault

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Bytes read from either end: a ZIP lists its names at the end, an OLE file anywhere.
_LOOKED_AT = 2**18
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head", b"<style", b"<div")
_BEGINNINGS = {
    b"%PDF-": FileFault.PDF,
    b"{\\rtf": FileFault.DOCUMENT,
    b"Rar!": FileFault.ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": FileFault.ARCHIVE,
    b"\x1f\x8b": FileFault.ARCHIVE,
    b"\x89PNG": FileFault.PICTURE,
    b"\xff\xd8\xff": FileFault.PICTURE,
    b"GIF8": FileFault.PICTURE,
    b"BM": FileFault.PICTURE,
}
_TABLES = re.compile(rb"\.(?:xlsx|xlsm|xls|ods|csv|dbf)", re.IGNORECASE)


def kind_fault(source: BinaryIO) -> FileFault | None:
    """The fault if the signature of ``source`` is not one of a registry file, else None.

    Reads a bounded part from both ends. Files with a fitting signature are checked
    further by their reader.
    """
    source.seek(0)
    head = source.read(_LOOKED_AT)
    size = source.seek(0, 2)
    source.seek(max(len(head), size - _LOOKED_AT))
    ends = head + source.read(_LOOKED_AT)
    source.seek(0)
    if head.startswith(ZIP):
        return _zip_fault(head, ends)
    if head.startswith(OLE):
        return _ole_fault(ends)
    for beginning, fault in _BEGINNINGS.items():
        if head.startswith(beginning) and (beginning != b"BM" or b"\x00" in head[:16]):
            return fault
    start = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return FileFault.MARKUP if start.startswith(_MARKUP) else None


def _zip_fault(head: bytes, ends: bytes) -> FileFault | None:
    if b"xl/" in ends or b"opendocument.spreadsheet" in head:
        return None
    if b"word/" in ends or b"ppt/" in ends or b"opendocument." in head:
        return FileFault.DOCUMENT
    return FileFault.ARCHIVE if _TABLES.search(ends) else None


def _ole_fault(ends: bytes) -> FileFault | None:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in ends

    if has("EncryptedPackage"):
        return FileFault.ENCRYPTED
    is_workbook = has("Workbook") or has("Book")
    if not is_workbook and (has("WordDocument") or has("PowerPoint Document")):
        return FileFault.DOCUMENT
    return None
