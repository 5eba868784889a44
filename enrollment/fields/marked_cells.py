"""Cells without a plain value: each is a fault at its place, or leaves the registry's value."""

from collections.abc import Sequence

from enrollment.fields.cell_marks import (
    LOST_DIGITS,
    NOT_SHOWN,
    NOTHING,
    SEEMING_BLANK,
    UNSAVED,
    is_error,
)
from enrollment.fields.faults import KEEPING, RowFault

_MARKED = {
    LOST_DIGITS: RowFault.NUMBER_CELL,
    UNSAVED: RowFault.UNSAVED_FORMULA,
    NOT_SHOWN: RowFault.NOT_SHOWN,
    SEEMING_BLANK: RowFault.KEPT_BLANK,
}

Faults = list[tuple[str, str]]


def plain_row(
    row: Sequence[str], places: Sequence[tuple[str, int]]
) -> tuple[Sequence[str], dict[str, str]]:
    """The row with such cells of the columns ``places`` emptied, and why, by column."""
    text = "".join(row)
    has_value = text.isprintable() and "#" not in text and "Err:" not in text
    if has_value and NOTHING.isdisjoint(row):
        return row, {}
    marked, plain = {}, list(row)
    for name, at in places:
        if fault := _fault_of(name, row[at]):
            marked[name], plain[at] = str(fault), ""
    return plain, marked


def _fault_of(name: str, cell: str) -> RowFault | None:
    if is_error(cell):
        return RowFault.ERROR_CELL
    if cell in NOTHING and name != "name":  # a strange name is a doubt of its own
        return RowFault.SAYS_NOTHING
    return _MARKED.get(cell[:1])


def with_marked(faults: Faults, marked: dict[str, str]) -> Faults:
    """The faults, of which a marked cell has only its own; one that must not be empty is blank."""
    kept = {name for name, fault in marked.items() if fault in KEEPING}
    others = [fault for fault in faults if fault[0] not in marked or fault[0] in kept]
    refused = {name for name, _ in others}
    return others + [(name, fault) for name, fault in marked.items() if name not in refused]


def kept_columns(faults: Faults) -> str:
    """The columns whose value in the registry is kept, as an array for COPY; empty for none."""
    kept = [name for name, fault in faults if fault in KEEPING]
    return "{" + ",".join(kept) + "}" if kept else ""
