"""Today: the page on which counselors and registrars stand after signing in."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import require_role
from accounts.models import User
from accounts.roles import RECORD_KEEPERS
from enrollment.models import SchoolClass
from enrollment.offices import classes_of, ended_counselors
from enrollment.queries import institutions_of
from support.board import figures
from support.board.reminders import TodaysReminders, reminders_of_today
from support.board.trend import Target, class_targets, targets
from support.reports.desk.queue import queue_of, waiting_by_class


@dataclass(frozen=True)
class OwnClass:
    """A class of mine: how far it has come, whom to remind, how many of its reports wait."""

    school_class: SchoolClass
    standing: figures.Standing
    target: Target | None
    reminders: TodaysReminders
    reports: int


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for me, how long already, and how far the check has come."""
    staff = require_role(request, *RECORD_KEEPERS)
    schools = figures.institution_standings(list(institutions_of(staff)))
    running = targets([found.pk for found, _ in schools])
    context = {
        "classes": _own_classes(staff),
        "ended": ended_counselors().filter(user=staff).select_related("school_class"),
        "first_report": _first_report(staff),
        "schools": [(*row, running.get(row[0].pk)) for row in schools],
    }
    return render(request, "work/today.html", context)


def _own_classes(counselor: User) -> list[OwnClass]:
    standings = figures.standings(classes_of(counselor))
    classes = [found for found, _standing in standings]
    target = class_targets(classes)
    reminders = reminders_of_today(classes, figures.REMINDED)
    reports = {one.class_pk: one.number for one in waiting_by_class(counselor)} if classes else {}
    return [
        OwnClass(one, standing, target.get(one.pk), reminders[one.pk], reports.get(one.pk, 0))
        for one, standing in standings
    ]


def _first_report(staff: User) -> str:
    """The page of the report to begin with, from which each leads to the next; "" for none."""
    key = queue_of(staff).values_list("key", flat=True).first()
    return reverse("support:queue_report", args=[key]) if key else ""
