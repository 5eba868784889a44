"""Text passed through the session from the diagnosis to the problem report.

The two pages belong to apps that do not import each other. The text holds no personal data.
"""

from django.http import HttpRequest

_KEY = "report_draft"


def stash(request: HttpRequest, *, cause: str, words: str) -> None:
    """Store ``words`` for the next report of this cause."""
    request.session[_KEY] = {"cause": cause, "words": words[:2000]}


def stashed(request: HttpRequest, *, cause: str) -> str:
    """The stored words for a report of this cause, or ""."""
    draft = request.session.get(_KEY) or {}
    return str(draft.get("words", "")) if draft.get("cause") == cause else ""


def forget(request: HttpRequest) -> None:
    """Delete the stored words, once the report was sent."""
    request.session.pop(_KEY, None)
