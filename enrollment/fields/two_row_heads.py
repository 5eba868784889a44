"""Column titles that stand in two rows: groups above, titles below."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from enrollment.fields.titles import OTHER_PERSON

# A group of columns about another person than the student.
_OTHER_PERSON = re.compile(OTHER_PERSON)
_MAX_GROUP = 8
_MAX_TITLE = 30
LIKE_DATA = re.compile(r"[0-9]{6}")

Known = Callable[[str], bool]


def joined_rows(rows: Sequence[Sequence[str]], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Each two rows that follow one another read as one: number of the lower one, its titles."""
    for number, (upper, lower) in enumerate(pairwise(rows), start=2):
        titles = _joined_titles(upper, lower, known)
        if titles is not None:
            yield number, titles


def _joined_titles(upper: Sequence[str], lower: Sequence[str], known: Known) -> list[str] | None:
    """The titles of two rows read as one; None where the lower row holds no titles."""
    below = [cell.strip() for cell in lower]
    below += [""] * (len(upper) - len(below))
    if any(LIKE_DATA.search(cell) or len(cell) > _MAX_TITLE for cell in below):
        return None
    above = _groups(upper, below)
    if not any(known(title) for title in below if title):
        return None
    count = Counter(below)
    return [
        _joined(group, title, count[title] > 1, known)
        for group, title in zip(above, below, strict=True)
    ]


def with_other_persons(upper: Sequence[str], titles: Sequence[str]) -> list[str]:
    """The titles, those under a group about another person with its name in front."""
    groups = _groups(upper, titles)
    return [
        f"{group}{title}" if title and title != group and _is_of_other(group, groups) else title
        for group, title in zip(groups, titles, strict=True)
    ]


def _groups(upper: Sequence[str], titles: Sequence[str]) -> list[str]:
    """The group over each title; one that is not written again goes on to the right."""
    found, group = [], ""
    for at, title in enumerate(titles):
        cell = upper[at].strip() if at < len(upper) else ""
        group = cell or (group if title else "")
        found.append(group)
    return found


def _joined(group: str, title: str, is_repeated: bool, known: Known) -> str:
    if not title or title == group:
        return group
    both = f"{group}{title}"
    is_needed = is_repeated or _OTHER_PERSON.search(group) or (not known(title) and known(both))
    return both if 0 < len(group) <= _MAX_GROUP and is_needed else title


def _is_of_other(group: str, groups: Sequence[str]) -> bool:
    is_group = 0 < len(group) <= _MAX_GROUP and len(set(groups)) > 1
    return is_group and _OTHER_PERSON.search(group) is not None
