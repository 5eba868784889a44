"""Read the small parts of an XLSX file: sheets, number formats and shared strings.

ECMA-376 part 1, 18.2 (workbook), 18.4 (shared strings), 18.8 (styles). Element
names may carry any prefix, and the file may be of the strict form.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from enrollment.files.workbooks.number_formats import NumberFormat, built_in, compiled
from enrollment.files.workbooks.xml_text import utf8_chunks

_TRUE = ("1", "true")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BREAKS = re.compile(r"[\r\n\t\v\f\u2028\u2029]+")
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff\x00]")

Start = Callable[[str, dict[str, str]], object]


class XlsxError(ValueError):
    """The file is not a valid XLSX workbook."""


@dataclass
class Parts:
    """The parts other than the sheets; ``sheets`` is (name, part, hidden) in order."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    from_1904: bool = False
    # The writer did not calculate: the saved values of formulas are placeholders.
    uncalculated: bool = False
    formats: list[NumberFormat] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Package:
    """The parts of a ZIP by name; case and the kind of slash do not count, as in Office."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {_part_key(entry.filename): entry for entry in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return _part_key(part) in self._entries

    def open(self, part: str) -> IO[bytes]:
        """The unpacked part. Raises KeyError."""
        return self._archive.open(self._entries[_part_key(part)])


def read_parts(package: Package) -> Parts:
    """Read all parts except the rows of the sheets. Raises XlsxError."""
    parts = Parts()
    root = _targets(package, "_rels/.rels", "")
    book = next((part for kind, part in root.values() if kind == "officeDocument"), "")
    if book not in package:
        book = "xl/workbook.xml"
    folder, name = posixpath.split(book)
    targets = _targets(package, f"{folder}/_rels/{name}.rels", folder)
    _read_book(package, book, targets, parts)
    for kind, part in targets.values():
        if kind == "styles" and part in package:
            parts.formats = _formats(package, part)
        elif kind == "sharedStrings" and part in package:
            parts.texts = _shared_texts(package, part)
    return parts


def new_parser() -> expat.XMLParserType:
    """A parser that refuses document types, which could define endless entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def feed(parser: expat.XMLParserType, package: Package, part: str) -> Iterator[None]:
    """Parse a part of the file, yielding after each chunk so that rows can be streamed.

    Raises XlsxError.
    """
    try:
        with package.open(part) as file:
            for chunk in utf8_chunks(file):
                parser.Parse(chunk)
                yield
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, EOFError, ValueError, zlib.error) as error:
        raise XlsxError from error


def _parse(
    package: Package,
    part: str,
    start: Start,
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    for _ in feed(parser, package, part):
        pass


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lower()


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


def clean_text(text: str) -> str:
    """A text as its cell shows it in one line: escapes read, line breaks as a blank."""
    if "_x" in text:
        text = _NO_CHARACTER.sub("\ufffd", _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text))
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def _targets(package: Package, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """The relationships of a part: id → (kind, part)."""
    found: dict[str, tuple[str, str]] = {}

    def relation(name: str, values: dict[str, str]) -> None:
        if local(name) == "Relationship" and values.get("TargetMode") != "External":
            target = values.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            kind = values.get("Type", "").rpartition("/")[2]
            found[values.get("Id", "")] = (kind, posixpath.normpath(path).lstrip("/"))

    if part.lstrip("/") in package:
        _parse(package, part.lstrip("/"), relation)
    return found


def _read_book(
    package: Package, part: str, targets: dict[str, tuple[str, str]], parts: Parts
) -> None:
    def start(name: str, values: dict[str, str]) -> None:
        kind = local(name)
        if kind == "sheet":
            key = next((v for k, v in values.items() if k.endswith(":id")), "")
            target_kind, target = targets.get(key, ("", ""))
            if target_kind == "worksheet":
                if target not in package:
                    raise XlsxError  # a list that lacks a sheet must not pass for a whole one
                is_hidden = values.get("state", "visible") != "visible"
                parts.sheets.append((values.get("name", ""), target, is_hidden))
        elif kind == "workbookPr":
            parts.from_1904 = values.get("date1904") in _TRUE
        elif kind == "calcPr":
            parts.uncalculated = values.get("fullCalcOnLoad") in _TRUE

    _parse(package, part, start)


def _formats(package: Package, part: str) -> list[NumberFormat]:
    """The number format of each style, by the style index of cells."""
    codes: dict[str, str] = {}
    keys: list[str] = []
    within: list[str] = []

    def start(name: str, values: dict[str, str]) -> None:
        kind = local(name)
        within.append(kind)
        if kind == "numFmt":
            codes[values.get("numFmtId", "")] = values.get("formatCode", "")
        elif kind == "xf" and "cellXfs" in within:
            keys.append(values.get("numFmtId", "0"))

    _parse(package, part, start, lambda _: within.pop())
    return [
        compiled(codes[key] if key in codes else built_in(int(key) if key.isdecimal() else 0))
        for key in keys
    ]


def _shared_texts(package: Package, part: str) -> list[str]:
    reader = _TextReader()
    _parse(package, part, reader.start, reader.end, reader.text)
    return reader.texts


class _TextReader:
    """The shared strings by index, without phonetic runs."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._listening = self._spoken = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._spoken = True
        elif name == "t":
            self._listening = not self._spoken

    def end(self, name: str) -> None:
        name = local(name)
        if name == "si":
            self.texts.append(clean_text("".join(self._pieces)))
        elif name == "rPh":
            self._spoken = False
        elif name == "t":
            self._listening = False

    def text(self, data: str) -> None:
        if self._listening:
            self._pieces.append(data)


def _refuse_doctype(*_: object) -> None:
    raise XlsxError
