"""What a page before the report already knows, handed over in the session.

The page that asks why nothing is found and the page that takes the report
belong to apps that do not know each other. No personal data passes here.
"""

from django.http import HttpRequest

_KEY = "report_draft"


def stash(request: HttpRequest, *, cause: str, words: str) -> None:
    """Keep ``words`` for the next report of this cause."""
    request.session[_KEY] = {"cause": cause, "words": words[:2000]}


def stashed(request: HttpRequest, *, cause: str) -> str:
    """The words kept for a report of this cause, or ""."""
    draft = request.session.get(_KEY) or {}
    return str(draft.get("words", "")) if draft.get("cause") == cause else ""


def forget(request: HttpRequest) -> None:
    """The report was sent."""
    request.session.pop(_KEY, None)
