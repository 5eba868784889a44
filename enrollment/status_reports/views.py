"""学籍验证报告 for its owner: issue, read, extend, revoke."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.limits.uses import LimitReachedError
from enrollment.models import StatusReport
from enrollment.queries import reports_held_by
from enrollment.records.freezing import FROZEN, RecordFrozenError
from enrollment.records.withholding import WITHHELD, RecordWithheldError
from enrollment.status_page.access import held_card
from enrollment.status_reports import services
from enrollment.status_reports.forms import DaysForm, ReportForm
from enrollment.status_reports.rendering import public_link


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, key: UUID) -> HttpResponse:
    """The reports of one of my records, with the form for a new one."""
    card, account = held_card(request, key), signed_in(request)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.issue_report(card=card, account=account, **form.cleaned_data)
        except RecordFrozenError:
            messages.error(request, FROZEN)
            return redirect("enrollment:status")
        except RecordWithheldError:
            messages.error(request, WITHHELD)
            return redirect("enrollment:record", key)
        except services.RecordChangedError:
            messages.error(request, _("Your record has just been changed. Please read it again."))
            return redirect("enrollment:record", key)
        except LimitReachedError:
            messages.error(request, _("You have issued very many reports. Continue tomorrow."))
            return redirect("enrollment:reports", key)
        return redirect("enrollment:report", made.key)
    issued = reports_held_by(account).filter(record=card.record)
    return render(
        request,
        "enrollment/status_reports/list.html",
        {"card": card, "form": form, "reports": issued},
    )


@require_safe
def report(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of my reports."""
    found = _report(request, key)
    if not found.is_ready:
        return render(request, "enrollment/status_reports/waiting.html", {"report": found})
    context = {
        "report": found,
        "link": public_link(found),
        "changes": services.changes_since(found),
        "form": DaysForm(),
    }
    return render(request, "enrollment/status_reports/report.html", context)


@require_safe
def download(request: HttpRequest, key: UUID) -> HttpResponse:
    """The signed PDF of one of my reports."""
    found = _report(request, key)
    try:
        content = services.open_file(found)
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"status-report-{found.issued_at:%Y%m%d}-{found.pk}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_POST
def extend(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change how long a report is valid."""
    found, form = _report(request, key), DaysForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose 1 to 180 days."))
        return redirect("enrollment:report", key)
    try:
        done = services.extend_report(report=found, account=signed_in(request), **form.cleaned_data)
    except RecordFrozenError:
        messages.error(request, FROZEN)
        return redirect("enrollment:report", key)
    except RecordWithheldError:  # since this request has begun: the report is closed as well
        messages.error(request, WITHHELD)
        return redirect("enrollment:status")
    if done:
        messages.success(request, _("The report's validity is changed."))
    else:
        messages.error(request, _("A revoked report stays revoked. Please issue a new one."))
    return redirect("enrollment:report", key)


@require_POST
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    """Revoke one of my reports."""
    services.revoke_report(report=_report(request, key), account=signed_in(request))
    messages.success(request, _("The report is revoked."))
    return redirect("enrollment:report", key)


def _report(request: HttpRequest, key: UUID) -> StatusReport:
    found = reports_held_by(signed_in(request)).filter(key=key).first()
    if found is None:
        raise Http404
    return found
