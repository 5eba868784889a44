"""Public verification of a report, by its code or by the file itself."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.limits.rate_limits import consume_check
from accounts.limits.uses import LimitReachedError
from accounts.requests.client_ip import client_address
from enrollment.models import StatusReport
from enrollment.models.confirmation import canonical_code
from enrollment.public import too_many_checks
from enrollment.status_reports import services
from enrollment.status_reports.brought_file import identify
from enrollment.status_reports.forms import CheckReportForm, ReportFileForm
from enrollment.status_reports.pdf import as_data
from enrollment.status_reports.rendering import facts_of, photo_of
from enrollment.status_reports.signing import fingerprint, verify


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show separate verdicts: authentic, issuer, still valid, what has changed since.

    The QR code contains this address with the code. A code is no personal data; it is sent
    to no other site (Referrer-Policy same-origin, as everywhere) and no search engine
    indexes it.
    """
    posted = request.method == "POST"
    by_file = posted and "file" in request.FILES
    code_form = CheckReportForm(
        request.POST if posted and not by_file else None, initial={"code": code}
    )
    file_form = ReportFileForm(
        request.POST if by_file else None, request.FILES if by_file else None
    )
    context: dict[str, Any] = {
        "code_form": code_form,
        "file_form": file_form,
        "ended_days": settings.ENDED_DAYS,
    }
    if posted or code:
        try:
            consume_check(client_address(request))
        except LimitReachedError as error:
            return too_many_checks(request, error)
    if file_form.is_valid():
        context |= _by_file(file_form.cleaned_data["file"])
    elif code_form.is_valid():
        context |= _by_code(request, **code_form.cleaned_data)
    elif code and not posted:
        context |= _by_code(request, code, "")
    answer = render(request, "enrollment/status_reports/check.html", context)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer


def _by_code(request: HttpRequest, code: str, pin: str) -> dict[str, Any]:
    found = _reports().filter(code=canonical_code(code)).first()
    if found is None:
        return {"unknown": True}
    try:
        if not services.pin_opens(found, pin, client_address(request)):
            return {"pin_needed": True, "pin_wrong": bool(pin)}
    except LimitReachedError as error:
        return {"pin_rests_until": error.retry_at}
    return {"authentic": True, **_told(found), **_portrait(found)}


def _portrait(report: StatusReport) -> dict[str, Any]:
    """The photo, for a reader to whom the student has told the PIN."""
    if not report.pin_hash or not report.is_valid or report.is_contested:
        return {}
    photo = photo_of(report)
    return {"photo": as_data(photo, "image/jpeg")} if photo else {}


def _by_file(content: bytes) -> dict[str, Any]:
    """The verdict on the signed part of a file; additions after it are reported separately.

    Only bytes that this portal has issued are ever parsed.
    """
    brought = identify(content)
    signature = verify(brought.signed) if brought.report else None
    if brought.report is None or signature is None or signature.signer is None:
        return {"brought": brought}
    # No PIN here: it protects the report from readers of the code, and this reader has the file.
    return {
        "brought": brought,
        "authentic": signature.authentic,
        "fingerprint": fingerprint(bytes(signature.signer.certificate)),
        **_told(brought.report),
    }


def _reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.exclude(stored_as="").select_related("record__institution")


def _told(report: StatusReport) -> dict[str, Any]:
    """What the reader is shown; for a report that is no longer valid, nothing else."""
    verdict = {"report": report, "issuer": report.record.institution.name}
    if not report.is_valid or report.is_contested:
        return verdict
    return verdict | {
        "facts": facts_of(report),
        "changes": services.changes_since(report),
    }
