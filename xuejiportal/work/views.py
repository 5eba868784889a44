"""Today: the page on which counselors and registrars stand after signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require_role
from accounts.roles import RECORD_KEEPERS
from enrollment.offices import classes_of, ended_counselors
from enrollment.queries import institutions_of
from support.board import figures
from support.board.trend import class_targets, targets


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for me, how long already, and how far the check has come."""
    staff = require_role(request, *RECORD_KEEPERS)
    classes = figures.standings(classes_of(staff))
    schools = figures.institution_standings(list(institutions_of(staff)))
    running = targets([found.pk for found, _ in schools])
    own = class_targets([found for found, _ in classes])
    context = {
        "classes": [(*row, own.get(row[0].pk)) for row in classes],
        "ended": ended_counselors().filter(user=staff).select_related("school_class"),
        "schools": [(*row, running.get(row[0].pk)) for row in schools],
    }
    return render(request, "work/today.html", context)
