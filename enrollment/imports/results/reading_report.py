"""Statements on which parts of a file were read, for browser, command line and API."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.fields.catalogue import BY_NAME
from enrollment.imports.results.column_report import column_lines
from enrollment.imports.results.report import Result

_MAX_LISTED = 20


@dataclass(frozen=True)
class Statement:
    """A statement on how a file was read; ``tone`` as in a notice."""

    title: str
    text: str
    tone: str = ""


def statements(result: Result) -> list[Statement]:
    """All statements on how the file was read, to be seen before publishing."""
    return [one for one in _statements(result) if one.text]


def _statements(result: Result) -> Iterator[Statement]:
    reading = result.reading
    cleared = [f"{BY_NAME[name].label} {count}" for name, count in result.cleared.items()]
    yield Statement(_("Values that will be cleared"), _joined(cleared), "attention")
    if len(reading.sheets) > 1:
        yield Statement(_("Sheets that are read together as one list"), _joined(reading.sheets))
    left = {
        "hidden": _("Hidden sheets that were not read"),
        "no_list": _("Sheets that were not read: required columns are missing there"),
        "not_chosen": _("Sheets that were not read: another one was chosen"),
    }
    for reason, title in left.items():
        names = [name for name, why in reading.sheets_left if why == reason]
        yield Statement(title, _joined(names), "attention" if reason == "hidden" else "")
    for rows in result.left_out:
        title = _("Rows that were not read: %(reason)s") % {"reason": rows.label}
        places = _joined(rows.places)
        text = _("%(count)s rows: %(places)s") % {"count": rows.count, "places": places}
        yield Statement(title, text, "attention" if rows.reason == "hidden" else "")
    yield from (Statement(*line) for line in column_lines(result))
    yield Statement(_("Columns that were left out"), _joined(result.unknown_titles))
    yield Statement(
        _("Columns that mean the same as another one and were left out"),
        _joined(result.repeated_titles),
        "attention",
    )
    yield Statement(
        _("Hidden columns that were not read"), _joined(reading.hidden_columns), "attention"
    )
    yield Statement(
        _("Columns without a title that were not read"), _joined(reading.untitled_columns)
    )
    yield Statement(
        _("Merged cells, whose value applies to each of their rows"), _joined(reading.merged_cells)
    )
    empty = [str(BY_NAME[name].label) for name in result.empty_columns]
    yield Statement(
        _("Columns that are empty in the whole file and change nothing"), _joined(empty)
    )


def _joined(names: list[str]) -> str:
    return "、".join(names[:_MAX_LISTED]) + ("…" if len(names) > _MAX_LISTED else "")
