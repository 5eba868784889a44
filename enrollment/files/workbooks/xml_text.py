"""Yield the XML parts of a workbook as UTF-8, in whatever encoding they are.

The parser knows UTF-8 and UTF-16; WPS and programs of China also wrote GB 2312 and GBK.
"""

import codecs
import re
from collections.abc import Iterator
from typing import IO

CHUNK = 2**17
_DECLARED = re.compile(
    rb"\A(\s{0,9}<\?xml\s[^<>?]{0,200}?encoding\s{0,9}=\s{0,9}[\"'])([\w.:-]{1,40})"
)
_NO_LETTER = re.compile(rb"[^a-z0-9]")
# GB 18030 holds all characters of those before it, at the same places.
_GB = frozenset(b"gb2312 gb231280 csgb2312 euccn gbk xgbk cp936 ms936 windows936 gb18030".split())
_MARKS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}


def utf8_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces, as UTF-8 that says so. Raises UnicodeDecodeError."""
    head = file.read(CHUNK)
    codec = _codec_of(head)
    if not codec:
        while head:
            yield head
            head = file.read(CHUNK)
        return
    decoder = codecs.getincrementaldecoder(codec)()
    is_first = True
    while head:
        piece = decoder.decode(head).encode()
        yield _DECLARED.sub(rb"\1UTF-8", piece) if is_first else piece
        is_first = False
        head = file.read(CHUNK)
    decoder.decode(b"", final=True)


def _codec_of(head: bytes) -> str:
    """The codec by which a part has to be read, empty where the parser can read it itself."""
    if head[:2] in _MARKS:
        return _MARKS[head[:2]]
    declared = _DECLARED.match(head)
    is_gb = declared and _NO_LETTER.sub(b"", declared[2].lower()) in _GB
    return "gb18030" if is_gb else ""
