"""The reason why staff read other people's data; asked once and reused for an hour."""

from django.http import HttpRequest

from accounts.sessions.clock import session_now

_KEY = "access_reason"
REMEMBERED_SECONDS = 3600


def remembered_reason(request: HttpRequest) -> str:
    """The reason given within the last hour, or ""."""
    kept = request.session.get(_KEY)
    if not kept:
        return ""
    return str(kept["text"]) if session_now(request) - kept["at"] < REMEMBERED_SECONDS else ""


def remember_reason(request: HttpRequest, text: str) -> None:
    """Store ``text`` as the reason for the next hour."""
    request.session[_KEY] = {"text": text, "at": session_now(request)}
