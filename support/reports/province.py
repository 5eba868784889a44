"""Corrections that wait for the province, and its answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import Role
from enrollment.fields.catalogue import BY_NAME
from enrollment.records.corrections import NotCorrectableError, submissions_of
from support.reports.correcting import enter_result
from support.reports.forms import ResultForm


@personal_data("support.list_submissions")
@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """What the province has not answered yet, oldest first."""
    waiting = [
        (made, BY_NAME[made.field].label)
        for made in submissions_of(require_role(request, Role.REGISTRAR))
    ]
    note_access(
        request,
        people=len(waiting),
        subject_type="queue",
        subject_key="",
        institution_code=waiting[0][0].record.institution.code if waiting else "",
    )
    return render(request, "support/reports/submissions.html", {"waiting": waiting})


@personal_data("support.enter_result", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enter what the province has answered."""
    registrar = require_role(request, Role.REGISTRAR)
    correction = get_object_or_404(submissions_of(registrar), key=key)
    form = ResultForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            if enter_result(correction=correction, by=registrar, **form.cleaned_data):
                messages.success(request, _("Entered. The person who reported it has been told."))
        except NotCorrectableError as error:
            messages.error(request, error.message)
        return redirect("support:submissions")
    note_access(
        request,
        people=1,
        subject_type="record",
        subject_key=correction.record.key,
        institution_code=correction.record.institution.code,
    )
    context = {"correction": correction, "label": BY_NAME[correction.field].label, "form": form}
    return render(request, "support/reports/result.html", context)
