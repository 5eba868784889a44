"""Listing and ending the sessions of an account."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.signals import authentication_step_completed
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import Session, User
from accounts.requests.client_ip import client_address
from accounts.requests.client_network import masked_network, user_agent_of
from accounts.sessions.lifetime import STARTED, note_start
from accounts.sessions.store import SessionStore

_BEGUN = "portal.session_begun"  # in request.META: for this request, with nothing in it yet
DEVICE = "signed_in_from"  # session key: device, and network without its last part


@dataclass(frozen=True)
class SignedIn:
    """One session for display. ``started_at`` is None before its first page."""

    handle: str
    started_at: datetime | None
    user_agent: str
    network: str


def listen() -> None:
    """Store device and network at sign-in, and renew the session key at re-authentication."""
    user_logged_in.connect(_note_device, dispatch_uid="session-device")
    authentication_step_completed.connect(_renew_key, dispatch_uid="session-key")


def sessions_of(account: User) -> list[SignedIn]:
    """Current sessions of ``account``, newest first."""
    rows = Session.objects.filter(account=account, expire_date__gt=Now())
    known = ((row.pk, SessionStore.decode_row(row.pk, row.session_data)) for row in rows)
    found = [_signed_in(handle, data) for handle, data in known if _is_current(data, account)]
    return sorted(found, key=lambda one: (one.started_at is None, one.started_at), reverse=True)


def end_sessions(*, account: User, keep: str = "") -> int:
    """End the sessions of ``account`` except the one with handle ``keep``; returns how many."""
    return Session.objects.filter(account=account).exclude(pk=keep).delete()[0]


def end_session(*, account: User, handle: str) -> bool:
    """End the session of ``account`` with this handle; False if there is none."""
    return bool(Session.objects.filter(account=account, pk=handle).delete()[0])


def handle_of_request(request: HttpRequest) -> str:
    """The handle of the request's session, or ""."""
    session = request.session
    return session.handle if isinstance(session, SessionStore) and session.session_key else ""


def browser_of(request: HttpRequest) -> str:
    """What names the browser of a visitor: the handle of its session, begun if there is none."""
    if not request.session.session_key:
        request.session.create()
        request.META[_BEGUN] = True
    return handle_of_request(request)


def forget_visitor(request: HttpRequest) -> None:
    """End the session that ``browser_of`` has begun for this request, which was refused.

    Refused requests without end would otherwise leave a row each.
    """
    if request.META.pop(_BEGUN, False):
        request.session.flush()


def _note_device(request: HttpRequest, **_: object) -> None:
    note_start(request)
    request.session[DEVICE] = [
        user_agent_of(request),
        masked_network(client_address(request)),
    ]


def _renew_key(request: HttpRequest, reauthenticated: bool = False, **_: object) -> None:
    """Replace the session key, so that a key leaked earlier gains nothing."""
    if reauthenticated:
        request.session.cycle_key()


def _is_current(data: dict[str, Any], account: User) -> bool:
    """Whether the password is the one with which the session was started."""
    return constant_time_compare(data.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash())


def _signed_in(handle: str, data: dict[str, Any]) -> SignedIn:
    user_agent, network = data.get(DEVICE, ("", ""))
    began = data.get(STARTED)
    return SignedIn(handle, began and datetime.fromtimestamp(began, UTC), user_agent, network)
