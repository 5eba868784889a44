"""Access to a student's own record, shared by the pages that show it."""

from uuid import UUID

from django.http import Http404, HttpRequest

from accounts.access import signed_in
from enrollment.status_page.cards import Card, card_of


def held_card(request: HttpRequest, key: UUID) -> Card:
    """The card of one record the signed-in person holds. Raises Http404 for any other."""
    card = card_of(signed_in(request), key)
    if card is None:
        raise Http404
    return card
