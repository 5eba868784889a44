"""The page where staff enter their code before setting up the second factor."""

from typing import cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.limits.rate_limits import consume_check
from accounts.limits.uses import LimitReachedError
from accounts.models import User
from accounts.requests.client_ip import client_address
from accounts.sign_in import admission


class StaffCodeForm(forms.Form):
    """The set-up code."""

    code = forms.CharField(
        label=_("Set-up code"),
        help_text=_("The twelve letters and digits that you were given."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_staff_code(request: HttpRequest) -> HttpResponse:
    """The form for the code; the right one leads to setting up the second factor."""
    account = cast("User", request.user)
    if account.is_student:
        raise Http404
    if admission.may_set_up(request) or admission.is_admitted(account):
        return redirect("mfa_activate_totp")
    form = StaffCodeForm(request.POST or None)
    if form.is_valid() and _is_right(request, account, form):
        return redirect("mfa_activate_totp")
    return render(request, "accounts/sign_in/enter_staff_code.html", {"form": form})


def _is_right(request: HttpRequest, account: User, form: StaffCodeForm) -> bool:
    try:
        consume_check(client_address(request))
    except LimitReachedError:
        form.add_error("code", _("Too many attempts. Try again in an hour."))
        return False
    typed = form.cleaned_data["code"]
    if admission.redeem_code(request=request, account=account, typed=typed):
        return True
    form.add_error(
        "code", _("This code is wrong, has expired or was already used. Ask for a new one.")
    )
    return False
