"""Pages for giving consent, and for viewing and withdrawing it."""

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.consent.fields import ConsentForm
from accounts.consent.notices import current_notice
from accounts.consent.services import PAGES, give_consent, lacks_consent
from accounts.models import Purpose, User
from accounts.requests.next_page import next_page


def consent_page(purpose: Purpose, *, way_on: str) -> str:
    """The URL that asks for consent and then leads to ``way_on``."""
    return f"{reverse(PAGES[purpose])}?{urlencode({'next': way_on})}"


@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    """The short form of one notice, with the checkbox; asked once per version."""
    account = cast("User", request.user)
    way_on = next_page(request, otherwise=reverse("desk"))
    if not lacks_consent(account, purpose):
        return redirect(way_on)
    if account.deletion_due_at is not None:  # consent is withdrawn: cancel the deletion first
        return redirect("accounts:delete_account")
    form = ConsentForm(request.POST if request.method == "POST" else None, purpose=purpose)
    if form.is_valid():
        give_consent(account=account, purpose=purpose)
        return redirect(way_on)
    is_new_version = account.consents.filter(purpose=purpose, withdrawn_at=None).exists()
    context = {
        "form": form,
        "notice": current_notice(purpose),
        "is_new_version": is_new_version,
    }
    return render(request, "accounts/consent/ask.html", context)


@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """The account's consents with their times, and the way to withdraw them."""
    account = cast("User", request.user)
    given = account.consents.order_by("-pk")
    has_agreed = any(one.purpose == Purpose.IDENTITY for one in given)
    refuses = (
        account.is_student
        and account.deletion_due_at is None
        and not has_agreed
        and not account.held_records.exists()  # opened in person: no number is asked for
    )
    context = {"consents": given, "refuses_identity": refuses}
    return render(request, "accounts/consent/mine.html", context)
