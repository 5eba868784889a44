"""Going on where one left (guide row 30)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from verification import queries
from verification.access import for_the_unverified
from verification.models import AttemptState

PAGES = {AttemptState.DRAFT: "verification:check", AttemptState.THIRD_ITEM: "verification:third"}


@for_the_unverified
@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """Lead to the page that an attempt waits at, else to its beginning."""
    account = signed_in(request)
    pages = (page for state, page in PAGES.items() if queries.open_attempt(account, state))
    return redirect(next(pages, "verification:start"))
