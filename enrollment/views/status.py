"""学籍查询: a student reads their own record."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from enrollment import services
from enrollment.cards import Card, card_of, cards_of


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """My records; a student without one goes on to verification (guide row 15)."""
    account = _account(request)
    cards = cards_of(account)
    if not cards and account.is_student:
        return redirect("verification:start")
    if not cards:
        return render(request, "enrollment/status_none.html")
    if len(cards) == 1:
        return _record_page(request, cards[0])
    return render(request, "enrollment/status.html", {"cards": cards, "help_anchor": "status"})


@require_safe
def record(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of my records."""
    return _record_page(request, _card(request, key))


@require_safe
@reauthentication_required
def certificate(request: HttpRequest, key: UUID) -> HttpResponse:
    """The full certificate number, after the password was asked again."""
    card = _card(request, key)
    number = services.reveal_certificate(record=card.record, account=_account(request))
    return render(request, "enrollment/certificate.html", {"card": card, "number": number})


def _record_page(request: HttpRequest, card: Card) -> HttpResponse:
    return render(request, "enrollment/record.html", {"card": card, "help_anchor": "check"})


def _card(request: HttpRequest, key: UUID) -> Card:
    card = card_of(_account(request), key)
    if card is None:
        raise Http404
    return card


def _account(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else come here."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
