"""The reports of a member of staff by what happens next: whose turn it is, and what is over."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from accounts.text import fold_width
from enrollment.models import Correction, CorrectionState
from enrollment.offices import institutions_of, is_counselor, without_counselor
from enrollment.queries import of_present_person
from support.models import LIVE_STATES, Cause, Report, ReportState
from support.models.report import name_form, name_hash
from support.reports.queries import is_key, reports_visible_to
from support.reports.statistics import start_of

REPLY_WITHIN = timedelta(days=3)  # then a question without a reply waits for the school again
NUMBER = re.compile(r"(B?)\d{6}-(\d{1,15})", re.IGNORECASE)  # with B, that of a batch
CLASS = re.compile(r"[0-9]{1,9}")
OF_SCHOOL = "school-"  # before the key of a school, in the name of a group without a class


class Tab(models.TextChoices):
    """What the list of reports shows."""

    WAITING = "waiting", _("Waiting for me")
    ASKED = "asked", _("Waiting for the student")
    ELSEWHERE = "elsewhere", _("Passed on")
    PROVINCE = "province", _("Waiting for the province")
    SETTLED = "settled", _("Settled")
    ALL = "all", _("All of them")


def reports_in(reader: User, tab: Tab) -> QuerySet[Report]:
    """The reports of ``tab``: what waits by cause and class, oldest first; the rest newest first.

    Those that were merged into another one are left out.
    """
    found = _mine(reader).filter(_conditions(reader)[tab], merged_into=None)
    if tab == Tab.WAITING:
        by_class = F("school_class__code").asc(nulls_last=True)
        # Classes of two schools may have one name.
        return found.order_by("cause", by_class, "institution", "school_class", "opened_at", "pk")
    return found.order_by("-changed_at", "-pk")


def queue_of(reader: User) -> QuerySet[Report]:
    """What waits for this member of staff: by cause and class, oldest first.

    A counselor has what is open; a registrar what was handed on, and what has
    no class and so no counselor. A question that was not answered in time counts as open.
    """
    return reports_in(reader, Tab.WAITING)


@dataclass(frozen=True)
class WaitingOfClass:
    """A class and how many reports of it wait for its counselor."""

    class_pk: int
    code: str
    number: int


def waiting_by_class(counselor: User) -> list[WaitingOfClass]:
    """The classes of this counselor with reports that wait and are not handed on."""
    waiting = queue_of(counselor).exclude(state=ReportState.WITH_REGISTRAR)
    waiting = waiting.filter(is_counselor(counselor, "school_class"))
    counted = waiting.order_by("school_class__code").values_list(
        "school_class", "school_class__code"
    )
    return [WaitingOfClass(*row) for row in counted.annotate(waits=Count("pk", distinct=True))]


def counts_by_tab(reader: User) -> dict[str, int]:
    """How many reports each tab has: one query."""
    numbers = {
        tab.value: Count("pk", filter=condition) for tab, condition in _conditions(reader).items()
    }
    return _mine(reader).filter(merged_into=None).aggregate(**numbers)


def search(reader: User, words: str) -> QuerySet[Report]:
    """Reports in any state by their number, their batch's, the student number or the name.

    The name of a record matches by its beginning, the name in a report without one as a whole.
    """
    text = "".join(fold_width(words).split())
    of_record = Q(record__student_number=text)
    if name := name_form(words):
        of_record |= Q(record__name_canonical__startswith=name)
    found = of_record & of_present_person("opened_at") | Q(name_hash=name_hash(words))
    if number := NUMBER.fullmatch(text):
        found |= Q(**{"batch" if number[1] else "pk": int(number[2])})
    return _mine(reader).filter(found).order_by("-changed_at", "-pk")


def counted(reader: User, since: date) -> QuerySet[Report]:
    """The reports that the statistics of a registrar count since that day, newest first.

    Merged reports are listed one by one; what the reader sees as a counselor alone is left out.
    """
    found = _mine(reader).filter(
        institution__in=institutions_of(reader), opened_at__gte=start_of(since)
    )
    return found.order_by("-opened_at", "-pk")


def narrowed(reports: QuerySet[Report], filters: Mapping[str, str]) -> QuerySet[Report]:
    """Those of ``reports`` that meet each of the ``filters`` (of ``FILTERS``); "" for any."""
    return reports.filter(*(_NARROWED[name](value) for name, value in filters.items() if value))


def _of_cause(cause: str) -> Q:
    return Q(cause=cause) if cause in Cause.values else Q()


def _of_college(college: str) -> Q:
    return Q(school_class__college=college)


def _of_class(class_pk: str) -> Q:
    return Q(school_class=int(class_pk)) if CLASS.fullmatch(class_pk) else _NONE


def _of_batch(batch: str) -> Q:
    return Q(batch__key=batch) if is_key(batch) else _NONE


def _opened_in(week: str) -> Q:
    try:
        first = date.fromisoformat(week)
        days = (first, first + timedelta(days=6))
    except (ValueError, OverflowError):
        return _NONE
    return Q(opened_at__date__range=days)


def _is_live(_said: str) -> Q:
    return Q(state__in=LIVE_STATES)


def _has_no_college(_said: str) -> Q:
    return Q(school_class=None) | Q(school_class__college="")


_NONE = Q(pk__in=())
# What the list can be narrowed to, by the name in the address. A week is named by its first day.
_NARROWED: dict[str, Callable[[str], Q]] = {
    "cause": _of_cause,
    "college": _of_college,
    "no_college": _has_no_college,
    "class": _of_class,
    "batch": _of_batch,
    "week": _opened_in,
    "live": _is_live,
}
FILTERS = tuple(_NARROWED)


def of_groups(reports: QuerySet[Report], groups: Iterable[str]) -> QuerySet[Report]:
    """Those of ``reports`` that are in one of ``groups``: ``cause:class``, or of a school."""
    wanted = Q(pk__in=())
    for group in groups:
        cause, _colon, key = group.partition(":")
        if key.startswith(OF_SCHOOL):
            wanted |= Q(cause=cause, school_class=None, institution=int(key[len(OF_SCHOOL) :]))
        else:
            wanted |= Q(cause=cause, school_class=int(key))
    return reports.filter(wanted)


def _mine(reader: User) -> QuerySet[Report]:
    return reports_visible_to(reader).select_related("school_class", "institution", "record")


def _conditions(reader: User) -> dict[Tab, Q]:
    """What belongs to each tab; every report belongs to one, and to all of them."""
    live, turn = Q(state__in=LIVE_STATES), _turn_of(reader)
    corrections = Correction.objects.filter(report__isnull=False, state=CorrectionState.SUBMITTED)
    submitted = live & Q(key__in=corrections.values("report"))
    asked = Q(state=ReportState.ASKED)
    return {
        Tab.WAITING: live & turn & ~submitted,
        Tab.ASKED: asked & ~turn & ~submitted,
        Tab.ELSEWHERE: live & ~asked & ~turn & ~submitted,
        Tab.PROVINCE: submitted,
        Tab.SETTLED: ~live,
        Tab.ALL: ~Q(pk__in=()),
    }


def _turn_of(reader: User) -> Q:
    late = Q(state=ReportState.ASKED, changed_at__lt=Now() - REPLY_WITHIN)
    turn = Q(pk__in=())
    if Role.COUNSELOR in reader.roles:
        turn |= Q(state=ReportState.OPEN) | late & Q(batch=None)
    if Role.REGISTRAR in reader.roles:
        turn |= Q(state=ReportState.WITH_REGISTRAR) | late & Q(batch__isnull=False)
        turn |= (Q(state=ReportState.OPEN) | late) & without_counselor("school_class")
    return turn
