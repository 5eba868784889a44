"""Corrections that wait for the province, and its answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import Role
from enrollment.fields.catalogue import BY_NAME
from enrollment.records.corrections.services import submissions_of
from enrollment.records.corrections.values import NotCorrectableError
from support.reports.correcting import enter_result, enter_results
from support.reports.forms import ResultForm
from support.reports.queries import is_key


@personal_data("support.list_submissions")
@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """What the province has not answered yet, oldest first."""
    registrar = require_role(request, Role.REGISTRAR)
    return _list(request, registrar, ResultForm(initial={"on": timezone.localdate()}))


@personal_data("support.enter_result", reauth=True)
@require_POST
def results(request: HttpRequest) -> HttpResponse:
    """Enter one answer of the province for all submissions that are ticked."""
    registrar = require_role(request, Role.REGISTRAR)
    keys = [key for key in request.POST.getlist("corrections") if is_key(key)]
    chosen = submissions_of(registrar).filter(key__in=keys)
    form = ResultForm(request.POST)
    if not chosen.exists():
        form.add_error(None, _("Tick at least one correction."))
    if not form.is_valid():
        return _list(request, registrar, form)
    number, refused = enter_results(corrections=list(chosen), answer=form.answer, by=registrar)
    for reason in refused:
        messages.error(request, reason)
    words = ngettext("%(number)d answer entered.", "%(number)d answers entered.", number)
    messages.success(request, words % {"number": number})
    return _on(registrar)


def _on(registrar: User) -> HttpResponse:
    """Lead to what else waits for the province; to “Today” when nothing does."""
    return redirect("support:submissions" if submissions_of(registrar).exists() else "today")


def _list(request: HttpRequest, registrar: User, form: ResultForm) -> HttpResponse:
    waiting = [(made, BY_NAME[made.field].label) for made in submissions_of(registrar)]
    note_access(
        request,
        people=len(waiting),
        subject_type="queue",
        subject_key="",
        institution_code=waiting[0][0].record.institution.code if waiting else "",
    )
    alone = [str(waiting[0][0].key)] if len(waiting) == 1 else []  # nothing to choose between
    ticked = request.POST.getlist("corrections") if request.method == "POST" else alone
    context = {"waiting": waiting, "form": form, "ticked": ticked}
    return render(request, "support/reports/submissions.html", context)


@personal_data("support.enter_result", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enter what the province has answered."""
    registrar = require_role(request, Role.REGISTRAR)
    correction = get_object_or_404(submissions_of(registrar), key=key)
    form = ResultForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            if enter_result(correction=correction, answer=form.answer, by=registrar):
                messages.success(request, _("Entered. The person who reported it has been told."))
        except NotCorrectableError as error:
            messages.error(request, error.message)
        return _on(registrar)
    note_access(
        request,
        people=1,
        subject_type="record",
        subject_key=correction.record.key,
        institution_code=correction.record.institution.code,
    )
    context = {"correction": correction, "label": BY_NAME[correction.field].label, "form": form}
    return render(request, "support/reports/result.html", context)
