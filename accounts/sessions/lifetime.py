"""Session limits: an idle time and an absolute lifetime (security rules, Sessions).

Students: 15 minutes idle, 4 hours in all. Staff: 10 minutes idle, 8 hours in all.
"""

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
from accounts.sessions.clock import session_now
from accounts.sessions.kept_forms import note_owner

STARTED, SEEN = "session_started", "session_seen"
# Minimum seconds between two writes of the time of the last page view.
SEEN_WRITE_INTERVAL = 60
# Header of requests that a page makes by itself (``static/js/live.js``). They are no sign that a
# person is present.
LIVE = "X-Live"
# A page that asked as soon as the limit is reached would keep its own session alive.
PAGE_LATER = 5


@dataclass(frozen=True)
class Limits:
    """Maximum idle time and lifetime of a session, in seconds."""

    idle: int
    absolute: int

    @property
    def idle_of_page(self) -> int:
        """After how many seconds a page left open is asked for again: the session is over then."""
        return self.idle + PAGE_LATER

    def exceeded_by(self, idle: int, total: int) -> bool:
        """Whether ``idle`` or ``total`` seconds exceed the limits."""
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


def limits_of(account: User) -> Limits:
    """How long a session of ``account`` may last."""
    return STUDENT if account.is_student else STAFF


def note_start(request: HttpRequest) -> tuple[int, int]:
    """When the session started and was last seen; now, in a session that just signed in."""
    now = session_now(request)
    return request.session.setdefault(STARTED, now), request.session.setdefault(SEEN, now)


class SessionLimitsMiddleware:
    """Signs out users whose session has exceeded its limits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = session_now(request)
            started, seen = note_start(request)
            idle, total = now - seen, now - started
            # Below the shortest limits the user need not be loaded from the database.
            if SHORTEST.exceeded_by(idle, total) and limits_of(request.user).exceeded_by(
                idle, total
            ):
                return self._sign_out(request)
            if now - seen >= SEEN_WRITE_INTERVAL and LIVE not in request.headers:
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
