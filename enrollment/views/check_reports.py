"""Anyone verifies a report: by its code, or by the file itself."""

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.limits import LimitReachedError, client_address, spend_check
from enrollment.forms import CheckReportForm, ReportFileForm
from enrollment.models import StatusReport
from enrollment.models.confirmation import canonical_code
from enrollment.reporting import acts
from enrollment.reporting.printing import facts_of
from enrollment.reporting.signing import fingerprint, verify
from enrollment.views.public import too_many_checks


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Separate verdicts: authentic, by whom, still valid, what has changed since.

    The QR code leads here with the code in the address; a code is no personal
    data, is told to no other site (Referrer-Policy same-origin, as everywhere)
    and to no search engine.
    """
    posted = request.method == "POST"
    by_file = posted and "file" in request.FILES
    code_form = CheckReportForm(
        request.POST if posted and not by_file else None, initial={"code": code}
    )
    file_form = ReportFileForm(
        request.POST if by_file else None, request.FILES if by_file else None
    )
    context: dict[str, Any] = {"code_form": code_form, "file_form": file_form}
    if posted or code:
        try:
            spend_check(client_address(request))
        except LimitReachedError as error:
            return too_many_checks(request, error)
    if file_form.is_valid():
        context |= _by_file(file_form.cleaned_data["file"])
    elif code_form.is_valid():
        context |= _by_code(code_form.cleaned_data["code"], code_form.cleaned_data["pin"])
    elif code and not posted:
        context |= _by_code(code, "")
    answer = render(request, "enrollment/reports/check.html", context)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer


def _by_code(typed: str, pin: str) -> dict[str, Any]:
    found = _reports().filter(code=canonical_code(typed)).first()
    if found is None:
        return {"unknown": True}
    if not acts.pin_opens(found, pin):
        return {"pin_needed": True, "pin_used_up": found.pin_failures >= acts.PIN_TRIES}
    return {"authentic": True, **_told(found)}


def _by_file(content: bytes) -> dict[str, Any]:
    verdict = verify(content)
    found = _reports().filter(file_sha256=hashlib.sha256(content).digest()).first()
    context: dict[str, Any] = {"verdict": verdict, "authentic": verdict.authentic}
    if verdict.signer is not None:
        context["issuer"] = verdict.signer.institution.name
        context["fingerprint"] = fingerprint(bytes(verdict.signer.certificate))
    if verdict.authentic and found is not None:
        # Who holds the file has read it: the PIN guards the code alone.
        context |= _told(found)
    return context


def _reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.exclude(stored_as="").select_related("record__institution")


def _told(report: StatusReport) -> dict[str, Any]:
    return {
        "report": report,
        "issuer": report.record.institution.name,
        "facts": facts_of(report),
        "changes": acts.changes_since(report),
    }
