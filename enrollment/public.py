"""Responses shared by the public pages that check a receipt or a status report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.limits.uses import LimitReachedError


def too_many_checks(request: HttpRequest, error: LimitReachedError) -> HttpResponse:
    """The page (status 429) for a client that has looked up too many codes."""
    context = {"retry_at": error.retry_at}
    answer = render(request, "enrollment/confirmations/too_many_checks.html", context, status=429)
    answer["X-Robots-Tag"] = "noindex"
    return answer
