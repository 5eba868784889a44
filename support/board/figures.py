"""How far classes, colleges and institutions have come: true figures, at any size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from enrollment.models import Institution, SchoolClass
from enrollment.progress import Progress

# A group of fewer people is not shown in parts: its members could be told apart.
SMALL_GROUP = 5
# Who can do something now; the school itself must act for the others.
REMINDED = (
    Progress.UNREGISTERED,
    Progress.UNVERIFIED,
    Progress.UNMATCHED,
    Progress.TO_CHECK,
    Progress.STALE,
)

_PARTS = tuple(Progress.values)  # which is composed anew each time it is asked for

# What was folded, and what has moved since: together they are true.
_MOVES = """
    (SELECT institution_id, school_class_id, part, people FROM support_headcount WHERE {where}
     UNION ALL
     SELECT institution_id, school_class_id, part, people FROM support_headcountchange
     WHERE {where}) h
"""


@dataclass(frozen=True)
class Standing:
    """How many people of one group stand in each part."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody of the group who is on the books."""
        return sum(self.counts.values())

    @property
    def confirmed(self) -> int:
        """Who has confirmed, and nothing has changed since."""
        return self.counts[Progress.CONFIRMED]

    @property
    def percent(self) -> int:
        """The confirmed in percent."""
        return percent_of(self.confirmed, self.total)

    @property
    def open(self) -> int:
        """Who can do something now."""
        return sum(self.counts[part] for part in REMINDED)

    @property
    def is_small(self) -> bool:
        """Too few people for a statistic."""
        return 0 < self.total < SMALL_GROUP

    @property
    def cells(self) -> list[tuple[Progress, int]]:
        """Each part with its figure, in order."""
        return [(part, self.counts[part]) for part in Progress]

    @property
    def slices(self) -> list[tuple[Progress, float, float]]:
        """The bar: each part that has people, where it begins and how wide it is, in percent."""
        found, start = [], 0.0
        for part, people in self.cells:
            width = people * 100 / self.total if self.total else 0.0
            if width:
                found.append((part, round(start, 2), round(width, 2)))
            start += width
        return found


def percent_of(people: int, total: int) -> int:
    """How many percent of ``total`` are ``people``, to the nearest; 100 only if all are."""
    if people >= total:
        return 100 if total else 0
    return min(round(people * 100 / total), 99)


def standings(classes: Iterable[SchoolClass]) -> list[tuple[SchoolClass, Standing]]:
    """The figures of each of ``classes``, in their order: one query."""
    known = {found.pk: (found, _nobody()) for found in classes}
    where = "school_class_id = ANY(%(keys)s)"
    for class_id, part, people in _sums("school_class_id", where, {"keys": list(known)}):
        known[class_id][1].counts[part] = people
    return list(known.values())


def total_of(found: Iterable[Standing]) -> Standing:
    """All of ``found`` together."""
    total = _nobody()
    for standing in found:
        for part, people in standing.counts.items():
            total.counts[part] += people
    return total


def institution_standings(
    institutions: Sequence[Institution],
) -> list[tuple[Institution, Standing]]:
    """The figures of whole institutions, in their order: one query."""
    known = {found.pk: (found, _nobody()) for found in institutions}
    where = "institution_id = ANY(%(keys)s)"
    for key, part, people in _sums("institution_id", where, {"keys": list(known)}):
        known[key][1].counts[part] = people
    return list(known.values())


def school_standings(institution: Institution) -> list[tuple[SchoolClass | None, Standing]]:
    """The classes of an institution by college and code, then who is in none: two queries.

    None stands for people without a class; it is left out where there are none.
    """
    classes = institution.classes.order_by("college", "code")
    known: dict[int | None, tuple[SchoolClass | None, Standing]] = {
        found.pk: (found, _nobody()) for found in classes
    }
    rows = _sums("school_class_id", "institution_id = %(key)s", {"key": institution.pk})
    for class_id, part, people in rows:
        known.setdefault(class_id, (None, _nobody()))[1].counts[part] = people
    return list(known.values())


def _nobody() -> Standing:
    return Standing(dict.fromkeys(_PARTS, 0))


def _sums(group: str, where: str, values: Mapping[str, Any]) -> list[tuple[Any, str, int]]:
    moves = _MOVES.format(where=where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {group}, part, sum(people)::int FROM {moves}"  # noqa: S608  own names
            " GROUP BY 1, 2 HAVING sum(people) <> 0",
            values,
        )
        return list(cursor.fetchall())
