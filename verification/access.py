"""View decorators that decide who may open the pages of verification."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import signed_in
from accounts.consent.services import lacks_consent
from accounts.consent.views import consent_page
from accounts.models import Purpose, User
from verification import queries

P = ParamSpec("P")


def unverified_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view, for students without a verified record who have agreed to the privacy notices.

    Staff get 404; verified students are sent to their record. Consent comes first, because a
    certificate number is sensitive personal information (PIPL article 29).
    """
    return _unverified(view, Purpose)


def unverified_who_may_agree(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """As ``unverified_only``, for a view whose own form asks for the consent to the number."""
    return _unverified(view, [Purpose.ACCOUNT])


def _unverified(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse], purposes: Iterable[Purpose]
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = signed_in(request)
        if not account.is_student:
            raise Http404
        if queries.is_verified(account):
            return redirect("enrollment:status")
        consent = consent_to_ask(account, way_on=request.path, purposes=purposes)
        return redirect(consent) if consent else view(request, *args, **kwargs)

    return guarded


def consent_to_ask(
    account: User, *, way_on: str, purposes: Iterable[Purpose] = Purpose
) -> str | None:
    """The address that asks for a consent still lacking and then leads to ``way_on``; or None."""
    lacking = (purpose for purpose in purposes if lacks_consent(account, purpose))
    return next((consent_page(purpose, way_on=way_on) for purpose in lacking), None)


def consenting_students_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view, for students, verified or not, who have agreed to the privacy notices."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = signed_in(request)
        consent = consent_to_ask(account, way_on=request.path)
        return redirect(consent) if consent else view(request, *args, **kwargs)

    return students_only(guarded)


def students_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view, for accounts without a staff role, verified or not; staff get 404."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not signed_in(request).is_student:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
