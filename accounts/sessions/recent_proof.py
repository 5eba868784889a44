"""How lately the person behind a session has proved who they are.

Signing in counts for reading one's own or one's school's data. Before a way into the
account is changed the person re-authenticates, however lately they signed in.
"""

from collections.abc import Callable

from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    get_reauthentication_flows,
    is_reauthentication_required,
)
from allauth.account.signals import authentication_step_completed
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.sessions.clock import session_now

# Session key: time of the sign-up in this session (seconds since the epoch).
SIGNED_UP = "signed_up_at"
ONBOARDING_SECONDS = 900
# Session key: whose password, code or factor was right last, and when. django-allauth keeps the
# time of the host's clock, which may differ from the next host's.
PROVED = "proved"
# What a view that reads data names to ``reauthentication_required(app=…)``, and how long
# signing in is proof enough for it.
READING = "reading"
READING_SECONDS = 900


def listen() -> None:
    """Store in the session when the person proves who they are."""
    authentication_step_completed.connect(_note_proof, dispatch_uid="session-proof")


def note_sign_up(request: HttpRequest) -> None:
    """Store in the session that it has just signed up."""
    request.session[SIGNED_UP] = session_now(request)


def _note_proof(request: HttpRequest, user: User, **_: object) -> None:
    request.session[PROVED] = {"account": user.pk, "at": session_now(request)}


def signed_up_here(request: HttpRequest) -> bool:
    """Whether this session signed up within the last ONBOARDING_SECONDS."""
    signed_up = request.session.get(SIGNED_UP)
    return signed_up is not None and 0 <= session_now(request) - signed_up <= ONBOARDING_SECONDS


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether the person signed in, or up, in this session within the last READING_SECONDS."""
    proof = request.session.get(PROVED, {})
    is_own = proof.get("account") == request.user.pk
    is_recent = is_own and session_now(request) - proof["at"] <= READING_SECONDS
    return is_recent or signed_up_here(request)


def has_recent_proof(request: HttpRequest) -> bool:
    """Whether the person has re-authenticated recently."""
    has_a_way = bool(get_reauthentication_flows(request.user))
    return has_a_way and not is_reauthentication_required(request, app="account")


def require_recent_proof(request: HttpRequest) -> None:
    """Redirect to re-authentication unless it is recent.

    An account without password and factor cannot re-authenticate, so it chooses a password by
    code first. Raises exceptions that django-allauth's middleware handles.
    """
    if not get_reauthentication_flows(request.user):
        raise ImmediateHttpResponse(redirect("account_reset_password"))
    if not has_recent_proof(request):
        raise ReauthenticationRequired


class SuspendedRequestMiddleware:
    """Forget a request that waited for the password once another page asks for it.

    django-allauth keeps a POST until the password is typed, and then performs it. What
    another person left in an open session must not be performed by the owner's password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" and STATE_SESSION_KEY in request.session:
            asking = tuple(map(reverse, ("account_reauthenticate", "mfa_reauthenticate")))
            is_asked = response.get("Location", "").startswith(asking)
            if is_asked and not request.path.startswith(asking):
                del request.session[STATE_SESSION_KEY]
        return response
