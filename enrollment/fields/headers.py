"""The columns of a registry file: their names in all spellings, and how a header is found.

Source: the national platform's layout with its DBF short names, and
the titles schools' own systems give the same things.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.text import tidy
from enrollment.fields.catalogue import FIELDS, NUMBERS
from enrollment.fields.titles import fold_title, has_note
from enrollment.fields.two_row_heads import LIKE_DATA, joined_rows, with_other_persons

HEADER_SEARCH_ROWS = 20
# Columns of a file in which titles are looked for; the ministry's layout has 24.
MAX_COLUMNS = 1000
# Columns that the portal itself adds to the rows it gives back to be mended.
ROW_NUMBER_TITLE, REASONS_TITLE = "原表行号", "问题"
# Columns that tell people apart.
_OF_A_PERSON = ("name", "certificate_number", *NUMBERS)
# What a title means that is to be left out, in place of a column's name.
LEFT_OUT = ""

_BY_TITLE: dict[str, str] = {
    folded: column.name for column in FIELDS for folded in column.ranks
} | {ROW_NUMBER_TITLE: LEFT_OUT, REASONS_TITLE: LEFT_OUT}
_RANKS: dict[str, int] = {
    folded: rank for column in FIELDS for folded, rank in column.ranks.items()
}


@dataclass(frozen=True)
class Header:
    """What the title row of a file says.

    ``mapping`` is column name → position; ``unknown`` and ``repeated`` are the
    titles that meant nothing, or the same as an earlier one.
    """

    row_number: int
    titles: list[str]
    mapping: dict[str, int]
    unknown: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    # Columns in which the whole file has nothing; they are not in ``mapping``.
    empty: list[str] = field(default_factory=list)

    @property
    def doubled(self) -> dict[int, int]:
        """Columns of a name or number that stand twice, equally titled: first → second position."""
        keys = [fold_title(title) for title in self.titles]
        places = [self.mapping[name] for name in _OF_A_PERSON if name in self.mapping]
        return {at: keys.index(keys[at], at + 1) for at in places if keys[at] in keys[at + 1 :]}

    @property
    def missing(self) -> list[str]:
        """Names of required columns that the file lacks; one of the two numbers is required."""
        return missing_columns(self.mapping)


def missing_columns(mapping: Mapping[str, int]) -> list[str]:
    """Names of the required columns that ``mapping`` does not place."""
    names = [c.name for c in FIELDS if c.required and c.name not in mapping]
    if not set(NUMBERS) & set(mapping):
        names.append("student_number")
    return names


def title_keys(titles: Sequence[str]) -> list[str]:
    """The key under which the meaning of each title is kept; repeated ones are numbered."""
    seen: Counter[str] = Counter()
    keys = []
    for title in titles:
        folded = fold_title(title)
        seen[folded] += 1
        keys.append(folded if seen[folded] == 1 else f"{folded} {seen[folded]}")
    return keys


def meaning_of(key: str, remembered: Mapping[str, str]) -> str | None:
    """The column a title means; ``LEFT_OUT``, or None if it is unknown."""
    folded = key.partition(" ")[0]
    for known in (remembered.get(key), remembered.get(folded), _BY_TITLE.get(folded)):
        if known is not None:
            return known
    return None


def read_header(
    row_number: int, cells: Sequence[str], remembered: Mapping[str, str] | None = None
) -> Header:
    """Recognise one row as the title row; ``remembered`` is key of a title → column name.

    Of several titles with one meaning, what a person has said counts first, then
    the column's own title, then its other names in their order, then one without a note.
    """
    titles = [tidy(cell) for cell in cells[:MAX_COLUMNS]]
    keys = title_keys(titles)
    said = remembered or {}
    meanings = [meaning_of(key, said) for key in keys]
    places: dict[str, list[int]] = {}
    for position, name in enumerate(meanings):
        if name:
            places.setdefault(name, []).append(position)
    mapping = {
        name: min(found, key=lambda at: (_rank(keys[at], said), has_note(titles[at])))
        for name, found in places.items()
    }
    header = Header(row_number, titles, dict(sorted(mapping.items(), key=lambda pair: pair[1])))
    for position, (title, name) in enumerate(zip(titles, meanings, strict=True)):
        if name is None and title:
            header.unknown.append(title)
        elif name and mapping[name] != position:
            header.repeated.append(title)
    return header


def _rank(key: str, said: Mapping[str, str]) -> int:
    """The rank of a title among several of one meaning; the first of equals is taken."""
    folded = key.partition(" ")[0]
    return -1 if said.get(key) or said.get(folded) else _RANKS.get(folded, 0)


def remember(
    remembered: Mapping[str, str], titles: Sequence[str], meanings: Mapping[int, str]
) -> dict[str, str]:
    """``remembered`` with what a person has said: position of a title → column, or ``LEFT_OUT``.

    What the portal would understand by itself is not kept.
    """
    kept = dict(remembered)
    keys = title_keys(titles)
    for position in meanings:
        kept.pop(keys[position], None)
    for position, name in meanings.items():
        if (meaning_of(keys[position], kept) or LEFT_OUT) != name:
            kept[keys[position]] = name
    return kept


def likely_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The row that looks most like titles when none is known: most cells, no long number.

    None when every row holds data: titles are remembered, data never may be.
    """
    found = [
        read_header(number, cells)
        for number, cells in enumerate(rows[:HEADER_SEARCH_ROWS], start=1)
        if not any(LIKE_DATA.search(cell) for cell in cells[:MAX_COLUMNS])
    ]
    best = max(found, key=lambda header: len(header.unknown) + len(header.mapping), default=None)
    return best if best and len(best.unknown) + len(best.mapping) >= 2 else None


def find_header(
    rows: Sequence[Sequence[str]], remembered: Mapping[str, str] | None = None
) -> Header | None:
    """The title row among the first rows of a file: the one that names most columns.

    Title lines and notes above it are passed over; where groups of titles stand
    above the titles, both rows are read. None when no row names two.
    """
    searched = [cells[:MAX_COLUMNS] for cells in rows[:HEADER_SEARCH_ROWS]]
    found = [
        read_header(number, cells, remembered) for number, cells in enumerate(searched, start=1)
    ]
    found += [
        read_header(number, titles, remembered)
        for number, titles in joined_rows(
            searched, lambda title: bool(meaning_of(fold_title(title), remembered or {}))
        )
    ]
    best = max(found, key=lambda header: len(header.mapping), default=None)
    if best is None or len(best.mapping) < 2:
        return None
    upper = searched[best.row_number - 2] if best.row_number > 1 else []
    titles = with_other_persons(upper, best.titles)
    header = best if titles == best.titles else read_header(best.row_number, titles, remembered)
    return header if len(header.mapping) >= 2 else None
