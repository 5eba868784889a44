"""The page on which a student says what is right, for all they have objected to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from enrollment.fields.catalogue import report_cause
from enrollment.fields.checklist import listed
from enrollment.files.evidence import EvidenceFaultError
from enrollment.queries import confirmations_held_by
from enrollment.status_page.status_line import unexplained
from support.reports.views import CHANGED, TOLD
from support.reports.wrong_fields import Sent, WrongFieldsForm, open_reports, to_report


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, key: UUID) -> HttpResponse:
    """One form for what is wrong by the receipt ``key`` and not explained yet."""
    account = signed_in(request)
    receipt = get_object_or_404(confirmations_held_by(account), key=key)
    left = unexplained(receipt.record, receipt.wrong_fields, receipt.made_at)
    if not left:
        return redirect("support:reports")
    names = to_report(left, receipt.record)
    if not names:  # the page of one item says why it needs no report
        page = reverse("support:report_write", args=[report_cause(left[0])])
        return redirect(f"{page}?record={receipt.record.key}")
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WrongFieldsForm(*given, names=names, record=receipt.record)
    if form.is_valid():
        sent = open_reports(account=account, record=receipt.record, form=form)
        if sent.error is None or sent.reports:
            return _told(request, sent)
        is_file = isinstance(sent.error, EvidenceFaultError)
        form.add_error("evidence" if is_file else None, _why_not(sent.error))
    context = {"form": form, "receipt": receipt, "help_anchor": "wrong-information"}
    return render(request, "support/reports/wrong_fields.html", context)


def _told(request: HttpRequest, sent: Sent) -> HttpResponse:
    """Say what was sent; who could not send all of it comes back for what is left."""
    if sent.error is not None:
        causes = listed(report.get_cause_display() for report in sent.reports)
        messages.success(request, _("Sent to your school: %(what)s.") % {"what": causes})
        messages.error(request, _("The rest was not sent. ") + _why_not(sent.error))
        return redirect(request.path)
    messages.success(request, TOLD)
    if len(sent.reports) == 1:
        return redirect("support:report", sent.reports[0].key)
    return redirect("support:reports")


def _why_not(error: Exception) -> str:
    return str(error.fault.label if isinstance(error, EvidenceFaultError) else CHANGED)
