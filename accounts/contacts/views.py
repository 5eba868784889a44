"""Pages for binding a phone and an e-mail address (guide rows 37 to 45)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from phonenumber_field.phonenumber import PhoneNumber

from accounts.access import signed_in
from accounts.codes import services as codes
from accounts.codes.restart import Why, restart, why_here
from accounts.codes.services import Outcome
from accounts.contacts import services
from accounts.contacts.forms import CodeForm, MailboxForm, PhoneForm
from accounts.contacts.yearly_check import remember_due
from accounts.limits.proof_of_work_field import guard_sending
from accounts.limits.rate_limits import has_sent_many, seconds_to_wait
from accounts.limits.uses import LimitReachedError
from accounts.models import Code, User
from accounts.requests.client_ip import client_address
from accounts.sessions.recent_proof import has_recent_proof, require_recent_proof, signed_up_here
from accounts.sessions.services import handle_of_request
from delivery.email.bounces import returned_mail
from delivery.models import Channel
from delivery.outbox.queries import latest_message

FORMS: dict[Channel, type[forms.Form]] = {Channel.SMS: PhoneForm, Channel.EMAIL: MailboxForm}


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """The bound contacts, with links to bind or change each."""
    account = signed_in(request)
    return render(
        request,
        "accounts/contacts/contacts.html",
        {
            "phone": services.bound_contact(account=account, channel=Channel.SMS),
            "mailbox": services.bound_contact(account=account, channel=Channel.EMAIL),
            "returned": returned_mail(services.bound_address(account, Channel.EMAIL)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_code(request: HttpRequest, channel: Channel) -> HttpResponse:
    """The form for a number or address; POST sends a code to it (获取校验码)."""
    account = signed_in(request)
    bound = _guarded_contact(request, account, channel)
    form = guard_sending(FORMS[channel](request.POST or None), client_address(request))
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        if bound and services.is_bound(account=account, channel=channel, address=address):
            form.add_error("address", _("This one is already linked."))
        else:
            return _send(request, account, channel, address)
    return render(
        request,
        "accounts/codes/ask_for_code.html",
        {
            "form": form,
            "channel": channel,
            "bound": bound,
            "code": _open(account, channel),
            "why": why_here(request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest, channel: Channel) -> HttpResponse:
    """The form for the code; it can be typed on any device for one day (guide row 42)."""
    account = signed_in(request)
    _guarded_contact(request, account, channel)
    code = _open(account, channel)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = _try(request, account, channel, form)
        if outcome is Outcome.RIGHT:
            account.refresh_from_db()
            remember_due(request, account)
            messages.success(request, _("Linked. You can now sign in with it."))
            return redirect("accounts:contacts")
        if outcome is Outcome.OVER:
            return restart("accounts:ask_for_code", Why.OVER, channel)
    if code is None:
        return redirect("accounts:ask_for_code", channel)
    return render(request, "accounts/codes/enter_code.html", _code_page(code, channel, form))


@require_http_methods(["POST"])
def resend_code(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Send the same code again (guide row 44)."""
    account = signed_in(request)
    code = _open(account, channel)
    if code is None or has_sent_many(client_address(request)):
        return restart("accounts:ask_for_code", Why.MANY if code else Why.OVER, channel)
    return _send(request, account, channel, codes.address_of(code))


def _guarded_contact(
    request: HttpRequest, account: User, channel: Channel
) -> services.Contact | None:
    """The bound contact, after re-authentication.

    Only the session that signed up may bind its first contact of this kind without it.
    """
    bound = services.bound_contact(account=account, channel=channel)
    if bound is not None or not signed_up_here(request):
        require_recent_proof(request)
    return bound


def _open(account: User, channel: Channel) -> Code | None:
    return codes.current_code(account=account, purpose=services.PURPOSES[channel])


def _send(request: HttpRequest, account: User, channel: Channel, address: str) -> HttpResponse:
    try:
        services.request_code(
            account=account, channel=channel, address=address, client=client_address(request)
        )
    except LimitReachedError as error:
        code = _open(account, channel)
        way_on = (
            reverse("accounts:enter_code", args=[channel]) if code else reverse("accounts:contacts")
        )
        return render(
            request,
            "accounts/limits/limit_reached.html",
            {"error": error, "code": code, "way_on": way_on},
            status=429,
        )
    return redirect("accounts:enter_code", channel)


def _try(request: HttpRequest, account: User, channel: Channel, form: CodeForm) -> Outcome:
    try:
        outcome = services.confirm_binding(
            account=account,
            channel=channel,
            typed=form.cleaned_data["code"],
            reauthenticated=has_recent_proof(request),
            session=handle_of_request(request),
        )
    except LimitReachedError:
        form.add_error("code", _("Too many attempts. Try again in an hour."))
        return Outcome.WRONG
    if outcome is Outcome.WRONG:
        form.add_error("code", _("This code is wrong. After five attempts it no longer works."))
    return outcome


def _code_page(code: Code, channel: Channel, form: CodeForm) -> dict[str, object]:
    return code_page(code, form) | {
        "change_url": reverse("accounts:ask_for_code", args=[channel]),
        "resend_url": reverse("accounts:resend_code", args=[channel]),
    }


def shown_in_full(channel: Channel, address: str) -> str:
    """``address`` grouped as it is typed: 138 0013 8000; an e-mail address as it is."""
    if channel == Channel.SMS:
        return str(PhoneNumber.from_string(address).as_national)
    return address


def code_page(code: Code, form: CodeForm, *, known: bool = False) -> dict[str, object]:
    """The template context of a page that asks for ``code``, without links to other pages.

    ``known`` as in ``rate_limits.consume_sending``.
    """
    channel = Channel(code.channel)
    address = codes.address_of(code)
    return {
        "form": form,
        "channel": channel,
        "target": shown_in_full(channel, address),
        "message": latest_message(kind=codes.KIND, reference=code.key),
        "seconds": seconds_to_wait(channel=channel, address=address, known=known),
    }
