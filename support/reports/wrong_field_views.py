"""The page on which a student says what is right, for all they have objected to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from enrollment.files.evidence import EvidenceFaultError
from enrollment.queries import confirmations_held_by
from enrollment.status_page.status_line import unexplained
from support.reports.services import TooLateError
from support.reports.views import CHANGED, TOLD
from support.reports.wrong_fields import WrongFieldsForm, open_reports


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, key: UUID) -> HttpResponse:
    """One form for what is wrong by the receipt ``key`` and not explained yet."""
    account = signed_in(request)
    receipt = get_object_or_404(confirmations_held_by(account), key=key)
    names = unexplained(receipt.record, receipt.wrong_fields, receipt.made_at)
    if not names:
        return redirect("support:reports")
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WrongFieldsForm(*given, names=names, record=receipt.record)
    if form.is_valid():
        try:
            opened = open_reports(account=account, record=receipt.record, form=form)
        except EvidenceFaultError as error:
            form.add_error("evidence", error.fault.label)
        except TooLateError:
            form.add_error(None, CHANGED)
        else:
            messages.success(request, TOLD)
            if len(opened) == 1:
                return redirect("support:report", opened[0].key)
            return redirect("support:reports")
    context = {"form": form, "receipt": receipt, "help_anchor": "wrong-information"}
    return render(request, "support/reports/wrong_fields.html", context)
