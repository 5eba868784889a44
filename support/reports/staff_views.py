"""Reports as counselors and registrars answer them: many alike, one answer."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import Role
from support.models import Cause, Report
from support.reports import queries, services
from support.reports.forms import StaffForm

SHOWN = 200  # the oldest; answering them brings the next
ACTS = {
    "answer": services.answer_reports,
    "ask": services.ask_back,
    "hand_on": services.hand_on,
}


@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for me, by cause and class."""
    staff = _staff(request)
    waiting = queries.queue_of(staff)
    shown = list(waiting[:SHOWN])
    form = StaffForm(request.POST or None, keys=_keys(request, shown))
    if form.is_valid():
        return _do(request, staff, form)
    context = {
        "groups": _groups(shown),
        "total": waiting.count(),
        "shown": len(shown),
        "form": form,
        "may_hand_on": Role.COUNSELOR in staff.roles,
    }
    return render(request, "support/reports/queue.html", context)


@require_safe
def read(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report with all that was said; that it was read is noted."""
    staff = _staff(request)
    reports = queries.reports_visible_to(staff).select_related("institution", "school_class")
    report = get_object_or_404(reports, key=key)
    services.note_reading(report=report, by=staff)
    context = {
        "report": report,
        "entries": report.entries.order_by("pk"),
        "may_hand_on": Role.COUNSELOR in staff.roles and report.state != "with_registrar",
    }
    return render(request, "support/reports/read.html", context)


def _do(request: HttpRequest, staff: User, form: StaffForm) -> HttpResponse:
    chosen = queries.reports_visible_to(staff).filter(key__in=form.cleaned_data["reports"])
    act = ACTS[form.cleaned_data["act"]]
    number = act(reports=chosen, words=form.cleaned_data["words"], by=staff)
    messages.success(
        request,
        ngettext("%(number)d report is settled.", "%(number)d reports are settled.", number)
        % {"number": number}
        if form.cleaned_data["act"] == "answer"
        else _("Done: %(number)d.") % {"number": number},
    )
    return redirect("support:queue")


def _keys(request: HttpRequest, shown: list[Report]) -> list[str]:
    """Reports on the page, and those within scope that were posted from their own page."""
    posted = [key for key in request.POST.getlist("reports") if _is_key(key)]
    within = queries.reports_visible_to(request.user).filter(key__in=posted[:SHOWN])
    return [str(report.key) for report in [*shown, *within]]


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _groups(reports: list[Report]) -> list[tuple[Cause, str, list[Report]]]:
    keyed = groupby(reports, key=lambda report: (report.cause, report.school_class))
    return [
        (Cause(cause), school_class.code if school_class else "", list(members))
        for (cause, school_class), members in keyed
    ]


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.roles & {Role.COUNSELOR, Role.REGISTRAR}:
        raise Http404
    return user
