"""The figures of a whole institution, without those from which a small group could be computed.

The totals are known. If one class alone were left out, its figures would be the total without
the figures of the others; so as many of the next smallest are left out with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from django.utils import timezone

from enrollment.models import Institution, SchoolClass
from support.board.emptied import emptied
from support.board.figures import SMALL_GROUP, Standing, school_standings, total_of
from support.board.trend import LONGEST, Day, Target, confirmed_by_day, in_round

Name = TypeVar("Name")


@dataclass(frozen=True)
class Group:
    """A class, or the people without a class, with its figures and whether they are left out."""

    school_class: SchoolClass | None
    standing: Standing
    is_hidden: bool = False

    @property
    def college(self) -> str:
        """The college of the class; "" for people without a class."""
        return self.school_class.college if self.school_class else ""


@dataclass(frozen=True)
class College:
    """A college ("" for who is in none), its classes, its figures, whether they are left out."""

    name: str
    groups: list[Group]
    standing: Standing
    is_hidden: bool


def colleges_of(institution: Institution) -> list[College]:
    """The colleges of ``institution`` with their classes, by name and code: two queries."""
    groups = [Group(*found) for found in school_standings(institution)]
    groups.sort(key=lambda group: group.college)
    members = {name: list(found) for name, found in groupby(groups, lambda group: group.college)}
    totals = {name: total_of(group.standing for group in found) for name, found in members.items()}
    hidden = left_out({name: standing.total for name, standing in totals.items()})
    return [
        College(name, _marked(found, name in hidden), totals[name], name in hidden)
        for name, found in members.items()
    ]


def school_days(
    colleges: Iterable[College], target: Target | None, *, since_start: bool = False
) -> list[Day]:
    """Confirmed by day in the classes of the campaign whose figures are shown: five queries.

    For two weeks, or since the campaign began, a year at most. Empty where there is no such class.
    A class whose people were all moved to others counts until that day.
    """
    figures = {
        group.school_class: group.standing
        for college in colleges
        for group in college.groups
        if group.school_class and not group.is_hidden
    }
    shown = {found: standing for found, standing in figures.items() if standing.total}
    classes = in_round(list(shown), target)
    a_year_ago = timezone.localdate() - LONGEST
    first = max(target.starts_on, a_year_ago) if target and since_start else None
    total = total_of(shown[found] for found in classes)
    if not classes:
        return []
    left = emptied(
        [found for found in figures if found not in shown], target.entry_year if target else None
    )
    return confirmed_by_day([*classes, *left], total, first)


def left_out(sizes: Mapping[Name, int], *, at_least: int = 0) -> set[Name]:
    """Which groups are left out: the small ones, and of the others as many as hide these.

    Those that are left out are two or none, and together no small group. ``at_least`` so many
    are left out in any case.
    """
    by_size = sorted((name for name in sizes if sizes[name]), key=lambda name: sizes[name])
    hidden: set[Name] = set()
    people = 0
    for name in by_size:
        is_safe = not hidden or (len(hidden) > 1 and people >= SMALL_GROUP)
        if sizes[name] >= SMALL_GROUP and is_safe and len(hidden) >= at_least:
            break
        hidden.add(name)
        people += sizes[name]
    return hidden


def _marked(groups: list[Group], is_college_hidden: bool) -> list[Group]:
    """``groups`` of one college, each with whether it is left out.

    If the college is left out, one of its classes is at least: they would add up to it.
    """
    sizes = {at: group.standing.total for at, group in enumerate(groups)}
    hidden = left_out(sizes, at_least=int(is_college_hidden))
    return [
        Group(group.school_class, group.standing, at in hidden) for at, group in enumerate(groups)
    ]
