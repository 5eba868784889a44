"""The page that waits for the activation link, and the page that the link opens."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailConfirmationHMAC
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.sign_in.forms import NewPasswordForm
from accounts.sign_up import activation
from accounts.sign_up.forms import SignUpPasswordForm
from delivery.masking import masked_email


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_your_mail(request: HttpRequest) -> HttpResponse:
    """Where the link was sent; POST sends it again (guide rows 13, 44)."""
    address = activation.awaited_address(request)
    if address is None:
        return redirect("account_login")
    if request.method == "POST":
        activation.resend_link(request=request, address=address)
        messages.success(request, _("Sent. It may take a minute to arrive."))
        return redirect("account_email_verification_sent")
    # In full: its reader has typed it, and the mistake is usually before the @.
    return render(request, "account/verification_sent.html", {"target": address.email})


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """The page of the link; only POST activates, so mail scanners change nothing."""
    confirmation = activation.find_confirmation(key)
    if confirmation is None:
        return render(request, "account/email_confirm.html", {"confirmation": None})
    if not activation.signed_up_here(request, confirmation.email_address):
        return _activate_elsewhere(request, confirmation)
    if request.method == "POST":
        answer = activation.activate_here(request=request, confirmation=confirmation)
        return answer or redirect("account_login")
    return render(request, "account/email_confirm.html", {"confirmation": confirmation})


def _activate_elsewhere(request: HttpRequest, confirmation: EmailConfirmationHMAC) -> HttpResponse:
    """The form for the password of the sign-up, or for a new one."""
    account = confirmation.email_address.user
    is_new = "password1" in request.POST
    data = request.POST if request.method == "POST" else None
    known = SignUpPasswordForm(None if is_new else data)
    new = NewPasswordForm(data if is_new else None, account=account)
    answer = None
    if is_new and new.is_valid():
        answer = activation.activate_with_new_password(
            request=request, confirmation=confirmation, password=new.cleaned_data["password1"]
        )
    elif known.is_valid() and _is_right(request, known, confirmation):
        answer = activation.activate_with_password(request=request, confirmation=confirmation)
    if answer is not None:
        messages.success(request, _("Your account is active."))
        return answer
    context = {"confirmation": confirmation, "form": new if is_new else known}
    context |= {"known_form": known, "new_form": new, "is_new": is_new}
    context["target"] = masked_email(confirmation.email_address.email)
    return render(request, "accounts/sign_up/activate_elsewhere.html", context)


def _is_right(
    request: HttpRequest, form: SignUpPasswordForm, confirmation: EmailConfirmationHMAC
) -> bool:
    account = confirmation.email_address.user
    try:
        if get_adapter(request).reauthenticate(account, form.cleaned_data["password"]):
            return True
    except ValidationError as error:
        form.add_error("password", error)
        return False
    form.add_error("password", _("This is not the password that was chosen at sign-up."))
    return False
