"""The page that continues an unfinished verification (guide row 30)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from verification import queries
from verification.access import unverified_only
from verification.models import AttemptState

PAGES = {AttemptState.DRAFT: "verification:check", AttemptState.THIRD_ITEM: "verification:third"}


@unverified_only
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """Redirect to the step that the open attempt is at, or to the first step."""
    account = signed_in(request)
    pages = (page for state, page in PAGES.items() if queries.open_attempt(account, state))
    return redirect(next(pages, "verification:start"))
