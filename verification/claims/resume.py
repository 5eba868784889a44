"""The page that continues an unfinished verification (guide row 30)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.models import Purpose, User
from verification import queries
from verification.access import consent_to_ask, students_only
from verification.models import AttemptState

PAGES = {AttemptState.DRAFT: "verification:check", AttemptState.THIRD_ITEM: "verification:third"}


def next_page(account: User) -> str:
    """The address of the step that the open attempt is at, or of the first step.

    Consent is asked first, except of an account that waits for its deletion; the first step
    asks by itself for the one to the certificate number.
    """
    state = queries.open_state(account)
    page = reverse(PAGES[state] if state else "verification:start")
    if account.deletion_due_at is not None:
        return page
    purposes = Purpose if state else [Purpose.ACCOUNT]
    return consent_to_ask(account, way_on=page, purposes=purposes) or page


@students_only
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """Redirect to the next step, or to the record of a verified student."""
    account = signed_in(request)
    return redirect("enrollment:status" if queries.is_verified(account) else next_page(account))
