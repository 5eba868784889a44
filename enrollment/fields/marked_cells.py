"""Cells without a plain value: each is a fault at its place, or leaves the registry's value."""

from collections.abc import Sequence

from enrollment.fields.cell_marks import LOST_DIGITS, NOT_SHOWN, SEEMING_BLANK, UNSAVED, is_error
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
    if text.isprintable() and "#" not in text and "Err:" not in text:
        return row, {}
    marked, plain = {}, list(row)
    for name, at in places:
        if fault := _MARKED.get(row[at][:1]) or (is_error(row[at]) and RowFault.ERROR_CELL):
            marked[name], plain[at] = str(fault), ""
    return plain, marked


def with_marked(faults: Faults, marked: dict[str, str]) -> Faults:
    """The faults, of which a marked cell has only its own; one that must not be empty is blank."""
    kept = {name for name, fault in marked.items() if fault == RowFault.KEPT_BLANK}
    others = [fault for fault in faults if fault[0] not in marked or fault[0] in kept]
    refused = {name for name, _ in others}
    return others + [(name, fault) for name, fault in marked.items() if name not in refused]


def kept_columns(faults: Faults) -> str:
    """The columns whose value in the registry is kept, as an array for COPY; empty for none."""
    kept = [name for name, fault in faults if fault in KEEPING]
    return "{" + ",".join(kept) + "}" if kept else ""
