"""Merge corrected rows into the file that their faulty versions came from.

The registrar downloads the faulty rows with their row numbers. Corrected rows replace
rows of the file by that number and the merged file is checked again, so that every
check applies to them, also those between rows.
"""

import csv
import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

from django.conf import settings

from enrollment.fields.catalogue import NUMBERS
from enrollment.fields.headers import (
    HEADER_SEARCH_ROWS,
    ROW_NUMBER_TITLE,
    Header,
    find_header,
    read_header,
)
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table
from enrollment.files.workbooks.sheets import Reading
from enrollment.imports.rehearsal import require_columns
from enrollment.imports.results.report import unique_titles

_IDENTITY = (*NUMBERS, "certificate_number")


class ReturnedRows:
    """The faulty rows returned to a registrar: their row numbers, by number and by identity."""

    def __init__(self, workbook: Table, header: Header, reading: Reading) -> None:
        self._reading = reading
        self.numbers: set[int] = set()
        places: dict[str, list[int]] = {}
        for cells in workbook.rows():
            number = reading.line(cells[0]) if cells else None
            if number is None:
                continue  # the title row
            self.numbers.add(number)
            for key in _identity(cells, header.mapping, shift=1):
                places.setdefault(key, []).append(number)
        self._by_identity = {key: at[0] for key, at in places.items() if len(set(at)) == 1}

    def place_of(self, cells: Sequence[str], header: Header) -> int | None:
        """The row number in the file that ``cells`` replaces; None for an additional row."""
        at = _row_number_at(header)
        if at is not None:
            number = self._reading.line(cells[at]) if at < len(cells) else None
            return number if number in self.numbers else None
        by_identity = (self._by_identity.get(key) for key in _identity(cells, header.mapping))
        return next((number for number in by_identity if number is not None), None)


def merge(
    base: Table,
    base_header: Header,
    corrected: Table,
    returned: ReturnedRows,
    remembered: Mapping[str, str],
) -> Table:
    """A new table: ``base`` with corrected rows in place and additional rows at its end.

    Only returned rows are replaced. Raises FileFaultError.
    """
    header = _corrected_header(corrected, remembered)
    sources = _sources(base_header, header)
    places = _places(corrected, header, returned)
    spool = tempfile.TemporaryFile(dir=settings.SPOOL_DIR)  # noqa: SIM115  owned by the table
    text = io.TextIOWrapper(spool, "utf-8", newline="")
    writer = csv.writer(text)
    replacements = {place: cells for place, cells in places.values() if place}
    for number, cells in enumerate(base.rows(), start=1):
        row = cells
        if number in replacements:
            row = _overlay(cells, replacements[number], sources)
        writer.writerow(row)
    added = 0
    for number, cells in _rows_below(corrected, header):
        if number not in places and any(cell.strip() for cell in cells):
            writer.writerow(_overlay([], cells, sources))
            added += 1
    text.flush()
    text.detach()
    size = os.fstat(spool.fileno()).st_size
    merged = Table(spool, "utf-8", ",", size, base.reading)
    merged.replaced, merged.added = len(replacements), added
    return merged


def identities(table: Table, header: Header, rows: Set[int]) -> dict[str, set[str]]:
    """The identity numbers in ``rows``: name of the column → values as written."""
    found: dict[str, set[str]] = {name: set() for name in _IDENTITY}
    for number, cells in enumerate(table.rows(), start=1):
        if number in rows:
            for key in _identity(cells, header.mapping):
                name, _colon, value = key.partition(":")
                found[name].add(value)
    return found


def _corrected_header(corrected: Table, remembered: Mapping[str, str]) -> Header:
    head = corrected.head(HEADER_SEARCH_ROWS)
    for number, cells in enumerate(head, start=1):
        if ROW_NUMBER_TITLE in (cell.strip() for cell in cells):
            return read_header(number, cells, remembered)
    header = find_header(head, remembered)
    if header is None:
        raise FileFaultError(FileFault.NO_HEADER)
    require_columns(header)
    return header


def _sources(base: Header, corrected: Header) -> list[int | None]:
    """The position of each column of the file in the corrected rows, by title or meaning."""
    by_title = {title: at for at, title in reversed(list(enumerate(corrected.titles))) if title}
    meant = {at: name for name, at in base.mapping.items()}
    return [
        by_title.get(title, corrected.mapping.get(meant.get(at, "")))
        for at, title in enumerate(unique_titles(base.titles))
    ]


def _places(
    corrected: Table, header: Header, returned: ReturnedRows
) -> dict[int, tuple[int, list[str]]]:
    """Corrected row number → (row number it replaces, cells); the first for a row wins."""
    taken: Counter[int] = Counter()
    places = {}
    for number, cells in _rows_below(corrected, header):
        place = returned.place_of(cells, header)
        if place is not None and not taken[place]:
            taken[place] += 1
            places[number] = (place, cells)
    return places


def _rows_below(table: Table, header: Header) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(table.rows(), start=1):
        if number > header.row_number:
            yield number, cells


def _overlay(
    cells: Sequence[str], corrected: Sequence[str], sources: Sequence[int | None]
) -> list[str]:
    row = [*cells[: len(sources)], *[""] * (len(sources) - len(cells))]
    for at, source in enumerate(sources):
        if source is not None:
            row[at] = corrected[source] if source < len(corrected) else ""
    return row


def _identity(cells: Sequence[str], mapping: Mapping[str, int], *, shift: int = 0) -> Iterator[str]:
    for name in _IDENTITY:
        at = mapping.get(name)
        if at is not None and at + shift < len(cells) and cells[at + shift].strip():
            yield f"{name}:{cells[at + shift].strip().upper()}"


def _row_number_at(header: Header) -> int | None:
    return header.titles.index(ROW_NUMBER_TITLE) if ROW_NUMBER_TITLE in header.titles else None
