"""The reason why staff read other people's data; asked once and reused for an hour."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

_KEY = "viewing_reason"
REMEMBERED = timedelta(hours=1)


def remembered_reason(request: HttpRequest) -> str:
    """The reason given within the last hour, or ""."""
    kept = request.session.get(_KEY)
    if not kept:
        return ""
    at = datetime.fromisoformat(kept["at"])
    return str(kept["text"]) if timezone.now() - at < REMEMBERED else ""


def remember_reason(request: HttpRequest, text: str) -> None:
    """Store ``text`` as the reason for the next hour."""
    request.session[_KEY] = {"text": text, "at": timezone.now().isoformat()}
