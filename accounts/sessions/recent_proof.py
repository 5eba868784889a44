"""Re-authentication before a way into the account is changed."""

import time

from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    is_reauthentication_required,
)
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.http import HttpRequest
from django.shortcuts import redirect

# In the session that signed up: when (seconds since the epoch).
SIGNED_UP = "signed_up_at"
ONBOARDING_SECONDS = 900


def note_sign_up(request: HttpRequest) -> None:
    """Remember in the session that it signed up just now."""
    request.session[SIGNED_UP] = int(time.time())


def signed_up_here(request: HttpRequest) -> bool:
    """Whether this session signed up within the last ONBOARDING_SECONDS."""
    signed_up = request.session.get(SIGNED_UP)
    return signed_up is not None and 0 <= time.time() - signed_up <= ONBOARDING_SECONDS


def has_recent_proof(request: HttpRequest) -> bool:
    """Whether the person has re-authenticated within the last minutes."""
    has_a_way = bool(get_reauthentication_flows(request.user))
    return has_a_way and not is_reauthentication_required(request, app="account")


def require_recent_proof(request: HttpRequest) -> None:
    """Lead to re-authentication if it is not recent.

    An account without a password or factor has nothing to prove with; it chooses
    a password by a code first. Raises what django-allauth's middleware answers.
    """
    if not get_reauthentication_flows(request.user):
        raise ImmediateHttpResponse(redirect("account_reset_password"))
    if not has_recent_proof(request):
        raise ReauthenticationRequired
