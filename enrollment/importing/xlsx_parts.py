"""The small parts of an XLSX file: its sheets, which styles are dates, the shared texts.

ECMA-376 part 1, 18.2 (workbook), 18.4 (shared strings), 18.8 (styles).
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

CHUNK = 2**17
# 18.8.30: formats that every program knows by number alone.
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')

Start = Callable[[str, dict[str, str]], None]


class XlsxError(ValueError):
    """The file is no such workbook."""


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Go through a part of the file; a step after each piece, so that rows can be handed on.

    Element names come without prefix. A document type is refused: it could
    define entities without end. Raises XlsxError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    try:
        with archive.open(part) as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk)
                yield
            parser.Parse(b"", True)
        yield
    except (expat.ExpatError, KeyError, EOFError) as error:
        raise XlsxError from error


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


def sheets(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], bool]:
    """Name and part of each sheet in order, and whether days count from 1904."""
    targets: dict[str | None, str] = {}
    found: list[tuple[str, str]] = []
    epoch = [False]

    def relation(name: str, values: dict[str, str]) -> None:
        if local(name) == "Relationship":
            target = values.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[values.get("Id")] = posixpath.normpath(path)

    def sheet(name: str, values: dict[str, str]) -> None:
        kind = local(name)
        if kind == "sheet":
            key = next((v for k, v in values.items() if k.endswith(":id")), None)
            found.append((values.get("name", ""), targets.get(key, "")))
        elif kind == "workbookPr":
            epoch[0] = values.get("date1904") in ("1", "true")

    _run(parse(archive, "xl/_rels/workbook.xml.rels", relation))
    _run(parse(archive, "xl/workbook.xml", sheet))
    parts = set(archive.namelist())
    return [(name, part) for name, part in found if part in parts], epoch[0]


def date_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The style numbers, as cells name them, whose numbers are days or times."""
    codes: dict[str, str] = {}
    formats: list[str] = []
    within: list[str] = []

    def start(name: str, values: dict[str, str]) -> None:
        kind = local(name)
        within.append(kind)
        if kind == "numFmt":
            codes[values.get("numFmtId", "")] = values.get("formatCode", "")
        elif kind == "xf" and "cellXfs" in within:
            formats.append(values.get("numFmtId", "0"))

    def end(_: str) -> None:
        within.pop()

    if "xl/styles.xml" in archive.namelist():
        _run(parse(archive, "xl/styles.xml", start, end))
    return frozenset(str(at) for at, key in enumerate(formats) if _is_date(key, codes.get(key)))


def shared_texts(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number; how they are said (phonetic) is left out."""
    part = "xl/sharedStrings.xml"
    if part not in archive.namelist():
        return []
    reader = _TextReader()
    _run(parse(archive, part, reader.start, reader.end, reader.text))
    return reader.texts


class _TextReader:
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
            self.texts.append("".join(self._pieces))
        elif name == "rPh":
            self._spoken = False
        elif name == "t":
            self._listening = False

    def text(self, data: str) -> None:
        if self._listening:
            self._pieces.append(data)


def _is_date(key: str, code: str | None) -> bool:
    if code is None:
        return key.isdigit() and int(key) in _BUILT_IN_DATES
    plain = _NOT_FORMAT.sub("", code).lower()
    return "general" not in plain and any(letter in plain for letter in "dmyhs")


def _run(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def _refuse_doctype(*_: object) -> None:
    raise XlsxError
