"""Middleware of the frame."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


class NoStoreMiddleware:
    """Forbid every cache to keep a page made for a signed-in person.

    On a shared computer the Back button must not show the last student's
    record (OWASP ASVS 5.0, 14.3.2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.method == "POST":
            add_never_cache_headers(response)
        return response
