"""What the pages of a student's own record share."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.cards import Card, card_of

WITHHELD = _(
    "Photographs, the full number and reports open once a second person has checked, "
    "or when the waiting time is over."
)
FROZEN = _("The record is in dispute; this rests until your school has decided.")


def account_of(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else come to such a page."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def held_card(request: HttpRequest, key: UUID) -> Card:
    """The card of one record this person holds; 404 for any other."""
    card = card_of(account_of(request), key)
    if card is None:
        raise Http404
    return card
