"""Why somebody is back on the page that sends a code.

The address tells, not the session: that of a visitor may be gone, and none is begun for it.
"""

from enum import StrEnum

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class Why(StrEnum):
    """What was wrong with the code, or with sending it again."""

    OVER = "over"
    MANY = "many"  # messages from this network: a proof of work is due


def restart(page: str, why: Why, *args: object) -> HttpResponse:
    """The redirect to the page of this name, which says why."""
    return redirect(f"{reverse(page, args=args)}?why={why}")


def why_here(request: HttpRequest) -> str:
    """The reason that the address names; empty once the form is sent."""
    asked = request.GET.get("why", "")
    return asked if request.method != "POST" and asked in set(Why) else ""
