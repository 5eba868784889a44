"""Pages for choosing a username, and for being reminded how to sign in."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.uses import LimitReachedError
from accounts.models import User
from accounts.recovery import usernames
from accounts.recovery.forms import KnownContactForm, UsernameForm
from accounts.requests.client_ip import client_address
from accounts.sessions.recent_proof import require_recent_proof
from accounts.sessions.services import browser_of, forget_visitor


@require_http_methods(["GET", "HEAD", "POST"])
def choose_username(request: HttpRequest) -> HttpResponse:
    """The form for choosing or changing the username."""
    account = cast("User", request.user)
    require_recent_proof(request)
    form = UsernameForm(request.POST or None, initial={"username": account.username})
    if request.method == "POST" and form.is_valid() and _chosen(request, account, form):
        messages.success(request, _("From now on you can sign in with this name too."))
        return redirect("accounts:security")
    return render(request, "accounts/contacts/username.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def find_username(request: HttpRequest) -> HttpResponse:
    """找回用户名: the form for a contact; POST sends it its account's names (guide row 11)."""
    form = guard_sending(KnownContactForm(request.POST or None), client_address(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/recovery/find_username.html", {"form": form})
    try:
        usernames.send_hints(
            identifier=form.cleaned_data["contact"],
            client=client_address(request),
            browser=browser_of(request),
        )
    except LimitReachedError as error:
        forget_visitor(request)
        context = {"error": error, "way_on": reverse("account_find_username")}
        return render(request, "accounts/limits/limit_reached.html", context, status=429)
    return redirect("account_find_username_sent")


@login_not_required
@require_safe
def hints_sent(request: HttpRequest) -> HttpResponse:
    """The confirmation page, the same whether or not there is an account."""
    return render(request, "accounts/recovery/find_username_sent.html")


def _chosen(request: HttpRequest, account: User, form: UsernameForm) -> bool:
    try:
        free = usernames.choose_username(
            account=account, username=form.cleaned_data["username"], request=request
        )
    except LimitReachedError:
        form.add_error("username", _("Too many attempts. Try again in an hour."))
        return False
    if not free:
        form.add_error("username", _("This name is taken. Please choose another one."))
    return free
