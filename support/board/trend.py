"""The progress of classes from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from enrollment.models import Campaign, Institution, SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.statuses import ON_THE_BOOKS
from support.board.figures import Standing, percent_of
from support.models import DayHeadcount

DAYS = 14
LONGEST = timedelta(days=365)  # of a course, however long ago its campaign began


@dataclass(frozen=True)
class Day:
    """The number of confirmed records at the end of a day (today: now), and its percentage."""

    day: date
    confirmed: int
    percent: int


@dataclass(frozen=True)
class Target:
    """A running campaign, its days, the days left (0: today), the year that it is for."""

    name: str
    starts_on: date
    ends_on: date
    days_left: int
    entry_year: int | None = None


def confirmed_by_day(
    classes: Sequence[SchoolClass], now: Standing, first: date | None = None
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
        found.append(Day(day, number, percent_of(number, now.total)))
    return found


def targets(institutions: Sequence[Institution | int]) -> dict[int, Target]:
    """The running campaign that ends first, by institution: one query."""
    found: dict[int, Target] = {}
    for campaign in _running(institutions).order_by("ends_on", "pk"):
        found.setdefault(campaign.institution_id, _target(campaign))
    return found


def class_targets(classes: Sequence[SchoolClass]) -> dict[int, Target]:
    """The running campaign of each class, that of its year before that of everyone: two queries."""
    campaigns = list(
        _running([found.institution_id for found in classes]).order_by(
            F("entry_year").asc(nulls_last=True), "-pk"
        )
    )
    years = _entry_years(classes) if any(one.entry_year for one in campaigns) else {}
    found: dict[int, Target] = {}
    for school_class in classes:
        for campaign in campaigns:
            if campaign.institution_id == school_class.institution_id and campaign.entry_year in (
                None,
                years.get(school_class.pk),
            ):
                found.setdefault(school_class.pk, _target(campaign))
    return found


def in_round(classes: Sequence[SchoolClass], target: Target | None) -> list[SchoolClass]:
    """Those of ``classes`` that the campaign is for; all without one: one query at most."""
    if target is None or target.entry_year is None:
        return list(classes)
    years = _entry_years(classes)
    return [found for found in classes if years.get(found.pk) == target.entry_year]


def _running(institutions: Sequence[Institution | int]) -> QuerySet[Campaign]:
    today = timezone.localdate()
    return Campaign.objects.filter(
        institution__in=institutions, starts_on__lte=today, ends_on__gte=today
    )


def _target(campaign: Campaign) -> Target:
    left = (campaign.ends_on - timezone.localdate()).days
    return Target(campaign.name, campaign.starts_on, campaign.ends_on, left, campaign.entry_year)


def _entry_years(classes: Sequence[SchoolClass]) -> dict[int, int]:
    """The year in which most people of each class on the books entered; the later of two."""
    counted = StudentRecord.objects.filter(
        school_class__in=classes, entry_date__isnull=False, status__in=ON_THE_BOOKS
    )
    rows = counted.values_list("school_class", "entry_date__year").annotate(people=Count("pk"))
    return {
        class_id: year for class_id, year, _people in rows.order_by("people", "entry_date__year")
    }
