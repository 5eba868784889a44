"""The yearly page that asks whether the contacts still reach their owner."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.contacts import yearly_check
from accounts.contacts.onboarding_step import CONTACTS
from accounts.contacts.services import bound_contact
from accounts.models import User
from accounts.onboarding import first_open_step
from delivery.models import Channel


@require_http_methods(["GET", "HEAD", "POST"])
def check_contacts(request: HttpRequest) -> HttpResponse:
    """Confirm or change a contact, bind the missing one, or postpone."""
    account = cast("User", request.user)
    if request.method == "POST":
        _answer(request, account)
        yearly_check.remember_due(request, account)
        return redirect("accounts:check_contacts")
    if first_open_step(account) != CONTACTS:
        return redirect("desk")
    contacts = {
        channel: bound_contact(account=account, channel=channel)
        for channel in yearly_check.contacts_to_ask(account)
    }
    context = {"contacts": contacts, "is_check": any(contacts.values())}
    return render(request, "accounts/contacts/check_contacts.html", context)


def _answer(request: HttpRequest, account: User) -> None:
    channel = request.POST.get("right", "")
    if channel not in Channel.values:
        yearly_check.postpone(account=account)
    elif bound_contact(account=account, channel=Channel(channel)):
        yearly_check.note_contact(account=account, channel=Channel(channel))
        messages.success(request, _("Thank you. We will ask again in a year."))
