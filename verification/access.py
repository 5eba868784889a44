"""Who may open the pages of verification."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import signed_in
from accounts.consent.services import lacks_consent
from accounts.consent.views import consent_page
from accounts.models import Purpose
from verification import queries

P = ParamSpec("P")


def for_the_unverified(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Staff find nothing here; who is verified already goes to the record.

    Nobody states a certificate number before they agreed to its notice (PIPL article 29).
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = signed_in(request)
        if not account.is_student:
            raise Http404
        if queries.is_verified(account):
            return redirect("enrollment:status")
        for purpose in Purpose:
            if lacks_consent(account, purpose):
                return redirect(consent_page(purpose, way_on=request.path))
        return view(request, *args, **kwargs)

    return guarded


def for_students(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Accounts without a role of staff, verified or not; for staff the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not signed_in(request).is_student:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
