"""Sessions end: after idling, and in any case after some hours (SECURITY 5).

Students: 15 minutes idle, 4 hours in all. Staff: 10 minutes idle, 8 hours.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions.kept_forms import note_owner

STARTED, SEEN = "session_started", "session_seen"
# A page view writes the session at most this often (seconds).
SEEN_STEP = 60


@dataclass(frozen=True)
class Limits:
    """Seconds a session may idle, and last in all."""

    idle: int
    absolute: int

    def passed(self, idle: int, total: int) -> bool:
        """Whether a session that idles and lasts for so many seconds is over."""
        return idle > self.idle or total > self.absolute


STUDENT = Limits(
    idle=int(timedelta(minutes=15).total_seconds()),
    absolute=int(timedelta(hours=4).total_seconds()),
)
STAFF = Limits(
    idle=int(timedelta(minutes=10).total_seconds()),
    absolute=int(timedelta(hours=8).total_seconds()),
)
SHORTEST = Limits(
    idle=min(STUDENT.idle, STAFF.idle), absolute=min(STUDENT.absolute, STAFF.absolute)
)


def _limits(request: HttpRequest) -> Limits:
    is_student = isinstance(request.user, User) and request.user.is_student
    return STUDENT if is_student else STAFF


def _now(request: HttpRequest) -> int:
    """The time by the database's clock: the hosts that see a session may not agree on it."""
    return getattr(request.session, "read_at", None) or int(time.time())


class SessionLimitsMiddleware:
    """Sign out whoever idled too long or has been signed in too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = _now(request)
            started = request.session.setdefault(STARTED, now)
            seen = request.session.setdefault(SEEN, now)
            idle, total = now - seen, now - started
            # Within everybody's limits the database need not be asked who this is.
            if SHORTEST.passed(idle, total) and _limits(request).passed(idle, total):
                return self._sign_out(request)
            if now - seen >= SEEN_STEP:
                request.session[SEEN] = now
        return self.get_response(request)

    def _sign_out(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        logout(request)
        messages.info(request, _("You were signed out for your safety. Please sign in again."))
        if request.method == "POST" and isinstance(account, User):
            # The sign-in keeps what was being sent (``accounts.sessions.kept_forms``).
            note_owner(request, account)
            return self.get_response(request)
        response = redirect("account_login")
        response["Location"] += "?" + urlencode({"next": request.get_full_path()})
        return response
