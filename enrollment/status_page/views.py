"""学籍查询: students read their own records."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.sessions.recent_proof import READING
from accounts.sessions.store import rows_along
from enrollment.records import services as records
from enrollment.records.access_log import access_entries_of
from enrollment.records.change_notices import mark_changes_read
from enrollment.records.withholding import WITHHELD, is_withheld
from enrollment.status_page.access import held_card
from enrollment.status_page.cards import Card, cards_of
from enrollment.status_page.layout_context import frame_of
from enrollment.status_page.page import page_data
from enrollment.status_page.precompiled import fill_page
from enrollment.status_page.status_line import with_lines
from enrollment.templatetags.identity import spaced

RECORD_PAGE = "enrollment/status_page/record.html"


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """My records; a student without one is redirected to verification (guide row 15)."""
    account = signed_in(request)
    cards = cards_of(account, rows_along(request, account))
    if not cards and account.is_student:
        return redirect("verification:go_on")
    if not cards:
        return render(request, "enrollment/status_page/status_none.html")
    if len(cards) == 1:
        return _record_page(request, cards[0])
    context = {"cards": with_lines(cards), "help_anchor": "status"}
    return render(request, "enrollment/status_page/status.html", context)


@require_safe
def record(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of my records."""
    return _record_page(request, held_card(request, key))


@require_safe
@reauthentication_required(app=READING)
def certificate(request: HttpRequest, key: UUID) -> HttpResponse:
    """My record with the full certificate number, for a person who has just signed in."""
    card = held_card(request, key)
    if is_withheld(card.record):
        messages.error(request, WITHHELD)
        return redirect("enrollment:record", key)
    number = records.reveal_certificate(record=card.record, account=signed_in(request))
    return _record_page(request, card, revealed=spaced(number))


@require_safe
def viewings(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who at the school has read one of my records, when and why."""
    card = held_card(request, key)
    page = Paginator(access_entries_of(card.record), 50).get_page(request.GET.get("page"))
    return render(request, "enrollment/status_page/access_log.html", {"card": card, "page": page})


def _record_page(request: HttpRequest, card: Card, *, revealed: str = "") -> HttpResponse:
    account = signed_in(request)
    mark_changes_read(card.record, account)
    frame = frame_of(request, account)
    page = {"sheet": page_data(card, revealed=revealed)}
    return HttpResponse(fill_page(RECORD_PAGE, frame | page))
