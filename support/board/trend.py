"""The progress of classes from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
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
    """A running campaign, its days, and the days left (0: today)."""

    name: str
    starts_on: date
    ends_on: date
    days_left: int


def confirmed_by_day(
    classes: Sequence[SchoolClass] | QuerySet[SchoolClass], now: Standing, first: date | None = None
) -> list[Day]:
    """``classes`` together from ``first`` (or for fourteen days) to ``now``: two queries.

    On a day without changes the figures of the day before apply; before a class was first counted
    it has no confirmed records.
    """
    today = timezone.localdate()
    first = first or today - timedelta(days=DAYS - 1)
    counted = DayHeadcount.objects.filter(school_class__in=classes, part=Progress.CONFIRMED)
    before = counted.filter(day__lt=first).order_by("school_class", "-day")
    standing = dict(before.distinct("school_class").values_list("school_class_id", "people"))
    days = {first + timedelta(days=n): dict[int, int]() for n in range((today - first).days + 1)}
    rows = counted.filter(day__range=(first, today))
    for class_id, day, people in rows.values_list("school_class_id", "day", "people"):
        days[day][class_id] = people
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
        target = Target(
            campaign.name,
            campaign.starts_on,
            campaign.ends_on,
            (campaign.ends_on - today).days,
        )
        found.setdefault(campaign.institution_id, target)
    return found
