"""Redirects back to the page that sends a code, with the reason.

The reason is in the URL, not in the session: a visitor may have none, and none is started for it.
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
    """The redirect to the page of this name, which shows the reason."""
    return redirect(f"{reverse(page, args=args)}?why={why}")


def restart_expired(request: HttpRequest, page: str) -> HttpResponse:
    """The redirect to the page of this name, after the code has expired.

    Only a person who has sent a form is told that the code no longer works.
    """
    return restart(page, Why.OVER) if request.method == "POST" else redirect(page)


def why_here(request: HttpRequest) -> str:
    """The reason in the URL; empty once the form is sent."""
    asked = request.GET.get("why", "")
    return asked if request.method != "POST" and asked in set(Why) else ""
