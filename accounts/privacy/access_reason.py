"""The reason why staff read other people's data: kept for what it was given for, for an hour.

Only a member of staff who says so uses one reason for everything else opened in that hour:
otherwise the trail, and the student, would read a reason nobody gave.
"""

from typing import Any

from django.http import HttpRequest

from accounts.sessions.clock import session_now

_FOR_ALL = "access_reason"
_FOR_EACH = "access_reasons"
REMEMBERED_SECONDS = 3600
_MAX_SUBJECTS = 20  # subjects kept in a session


def remembered_reason(request: HttpRequest, subject: str) -> str:
    """The reason given within the last hour for ``subject`` (a path), or for everything; or ""."""
    each = request.session.get(_FOR_EACH, {})
    given = (each.get(subject), request.session.get(_FOR_ALL))
    return next((str(kept["text"]) for kept in given if kept and _is_fresh(request, kept)), "")


def is_used_for_all(request: HttpRequest) -> bool:
    """Whether one reason is used for everything that is opened."""
    return _is_fresh(request, request.session.get(_FOR_ALL))


def remember_reason(request: HttpRequest, text: str, *, subject: str, for_all: bool) -> None:
    """Store ``text`` for the next hour as the reason for ``subject``, or ``for_all``."""
    kept = {"text": text, "at": session_now(request)}
    if for_all:
        request.session[_FOR_ALL] = kept
        return
    request.session.pop(_FOR_ALL, None)
    each = request.session.get(_FOR_EACH, {}).items()
    fresh = [(path, one) for path, one in each if path != subject and _is_fresh(request, one)]
    request.session[_FOR_EACH] = {**dict(fresh[1 - _MAX_SUBJECTS :]), subject: kept}


def _is_fresh(request: HttpRequest, kept: dict[str, Any] | None) -> bool:
    return kept is not None and session_now(request) - kept["at"] < REMEMBERED_SECONDS
