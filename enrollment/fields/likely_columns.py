"""Usual columns that a file seems to lack, and the title that may mean each of them."""

from enrollment.fields.catalogue import BY_NAME, FIELDS
from enrollment.fields.headers import Header
from enrollment.fields.titles import fold_title

# Without these a file is seldom complete; an unrecognised title may be one of them.
_USUAL = ("class_code", "major_name", "level", "student_number", "college", "entry_date", "status")
_SHORTEST = 2


def likely_columns(header: Header) -> dict[str, str]:
    """Usual columns that no title means → the unknown title that looks like one."""
    found = {}
    for name in _USUAL:
        if name not in header.mapping and name not in header.empty:
            alike = [title for title in header.unknown if _looks_like(title, name)]
            if len(alike) == 1:
                found[name] = alike[0]
    return found


def _looks_like(title: str, name: str) -> bool:
    folded = fold_title(title)
    spellings = [known for known in BY_NAME[name].ranks if len(known) >= _SHORTEST]
    others = {known for one in FIELDS if one.name != name for known in one.ranks}
    return any(known in folded for known in spellings if known not in others)
