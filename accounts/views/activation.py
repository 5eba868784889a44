"""The page that waits for the activation link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.journeys import activation
from delivery.masking import masked_email


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_your_mail(request: HttpRequest) -> HttpResponse:
    """Say where the link went; POST sends it again (guide rows 13, 44)."""
    address = activation.awaited_address(request)
    if address is None:
        return redirect("account_login")
    if request.method == "POST":
        activation.resend_link(request=request, address=address)
        messages.success(request, _("Sent. It may take a minute to arrive."))
        return redirect("account_email_verification_sent")
    return render(
        request, "account/verification_sent.html", {"target": masked_email(address.email)}
    )
