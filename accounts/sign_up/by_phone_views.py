"""Pages for registering with a mobile number: the number, then the code."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import services as codes
from accounts.codes.restart import Why, restart, restart_expired, why_here
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.contacts.forms import CodeForm
from accounts.contacts.views import code_page, shown_in_full
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import has_sent_many
from accounts.limits.uses import LimitReachedError
from accounts.models import CodePurpose, User
from accounts.requests.client_ip import client_address
from accounts.sessions.backends import account_with_roles
from accounts.sign_up import by_phone
from accounts.sign_up.forms import PhoneSignupForm
from delivery.models import Channel

REGISTERING = "registering_account"
# Session key: number and password hash of a person who has to reuse an earlier code.
RECEIVED = "registering_with_code_received"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The form for number and password; POST sends the code."""
    if request.user.is_authenticated:
        return redirect("desk")
    begun = _account(request)
    typed = shown_in_full(Channel.SMS, str(begun.phone)) if begun else ""
    form = PhoneSignupForm(request.POST or None, initial={"phone": typed})
    guard_sending(form, client_address(request))
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "why": why_here(request)}
        return render(request, "accounts/sign_up/by_phone.html", context)
    try:
        account = by_phone.register_by_phone(
            phone=form.cleaned_data["phone"],
            password=form.cleaned_data["password1"],
            client=client_address(request),
            earlier=begun,
        )
    except LimitReachedError as error:
        phone = form.cleaned_data["phone"]
        if begun is None and by_phone.has_received_code(phone):
            password = make_password(form.cleaned_data["password1"])
            request.session[RECEIVED] = {"phone": phone, "password": password}
        return _too_often(request, error)
    request.session[REGISTERING] = account.pk
    return redirect("account_signup_code")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The form for the code; the right one activates the account and signs in."""
    account = _account(request)
    if account is None:
        return _enter_received(request)
    code = codes.current_code(account=account, purpose=CodePurpose.BIND_PHONE)
    if code is None:
        return restart_expired(request, "account_signup_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = _try(account, form)
        if outcome is Outcome.RIGHT:
            return _enter(request, account)
        if outcome is Outcome.OVER:
            return restart("account_signup_phone", Why.OVER)
    ways = {
        "change_url": reverse("account_signup_phone"),
        "resend_url": reverse("account_signup_again"),
    }
    return render(request, "accounts/sign_up/by_phone_code.html", code_page(code, form) | ways)


@login_not_required
@require_POST
def resend_code(request: HttpRequest) -> HttpResponse:
    """Send the same code again (guide row 44)."""
    account = _account(request)
    if account is None or not by_phone.may_get_code(account):
        return restart_expired(request, "account_signup_phone")
    if has_sent_many(client_address(request)):
        return restart("account_signup_phone", Why.MANY)
    try:
        contacts.request_code(
            account=account,
            channel=Channel.SMS,
            address=str(account.phone),
            client=client_address(request),
        )
    except LimitReachedError as error:
        return _too_often(request, error)
    return redirect("account_signup_code")


def _enter_received(request: HttpRequest) -> HttpResponse:
    """The form for a code that the number received for an earlier try, in any browser."""
    held = request.session.get(RECEIVED)
    if held is None or not by_phone.has_received_code(held["phone"]):
        return restart_expired(request, "account_signup_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = by_phone.register_with_code_received(
                phone=held["phone"], password_hash=held["password"], typed=form.cleaned_data["code"]
            )
        except LimitReachedError:
            form.add_error("code", _("Too many attempts. Try again in an hour."))
        else:
            if account is not None:
                return _enter(request, account)
            form.add_error("code", _("This code is wrong or no longer works."))
    context = {
        "form": form,
        "channel": Channel.SMS,
        "target": shown_in_full(Channel.SMS, held["phone"]),
        "change_url": reverse("account_signup_phone"),
    }
    return render(request, "accounts/sign_up/by_phone_code.html", context)


def _account(request: HttpRequest) -> User | None:
    return by_phone.unfinished_account(request.session.get(REGISTERING))


def _try(account: User, form: CodeForm) -> Outcome:
    try:
        outcome = by_phone.confirm_number(account=account, typed=form.cleaned_data["code"])
    except LimitReachedError:
        form.add_error("code", _("Too many attempts. Try again in an hour."))
        return Outcome.WRONG
    if outcome is Outcome.WRONG:
        form.add_error("code", _("This code is wrong. After five attempts it no longer works."))
    return outcome


def _enter(request: HttpRequest, account: User) -> HttpResponse:
    for key in (REGISTERING, RECEIVED):
        request.session.pop(key, None)
    account = account_with_roles(account.pk)
    messages.success(request, _("Your account is active."))
    answer: HttpResponse = perform_login(request, Login(user=account, signup=True))
    return answer


def _too_often(request: HttpRequest, error: LimitReachedError) -> HttpResponse:
    can_enter = _account(request) is not None or RECEIVED in request.session
    way_on = reverse("account_signup_code" if can_enter else "account_signup_phone")
    context = {"error": error, "code": can_enter, "way_on": way_on}
    return render(request, "accounts/limits/limit_reached.html", context, status=429)
