"""The progress of classes from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from enrollment.models import Campaign, Institution, SchoolClass
from enrollment.progress import Progress
from support.board.figures import Standing
from support.models import DayHeadcount

DAYS = 14


@dataclass(frozen=True)
class Day:
    """The number of confirmed records at the end of a day (today: now), and its percentage."""

    day: date
    confirmed: int
    percent: int


@dataclass(frozen=True)
class Target:
    """A running campaign, its last day, and the days left (0: today)."""

    name: str
    ends_on: date
    days_left: int


def confirmed_by_day(classes: Sequence[SchoolClass], now: Standing) -> list[Day]:
    """The last fourteen days of ``classes`` together, ending with ``now``: two queries.

    On a day without changes the figures of the day before apply; before a class was first counted
    it has no confirmed records.
    """
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    confirmed = DayHeadcount.objects.filter(school_class__in=classes, part=Progress.CONFIRMED)
    before = confirmed.filter(day__lt=first).values("school_class").annotate(last=Max("day"))
    standing: dict[int, int] = {}
    known_before = {(row["school_class"], row["last"]) for row in before}
    rows = confirmed.filter(day__gte=min([first, *(day for _, day in known_before)]))
    days = {first + timedelta(days=n): dict[int, int]() for n in range(DAYS)}
    for class_id, day, people in rows.values_list("school_class_id", "day", "people"):
        if day in days:
            days[day][class_id] = people
        elif (class_id, day) in known_before:
            standing[class_id] = people
    found = []
    for day, moved in days.items():
        standing |= moved
        number = now.confirmed if day == today else sum(standing.values())
        found.append(Day(day, number, min(100, number * 100 // now.total) if now.total else 0))
    return found


def targets(institutions: Sequence[Institution | int]) -> dict[int, Target]:
    """The running campaign that ends first, by institution: one query."""
    today = timezone.localdate()
    running = Campaign.objects.filter(
        institution__in=institutions, starts_on__lte=today, ends_on__gte=today
    )
    found: dict[int, Target] = {}
    for campaign in running.order_by("ends_on", "pk"):
        target = Target(campaign.name, campaign.ends_on, (campaign.ends_on - today).days)
        found.setdefault(campaign.institution_id, target)
    return found
