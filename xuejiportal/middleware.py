"""Middleware of the frame."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class WellFormedMiddleware:
    """Answer 400 to an address that is not text: NUL, or bytes that are not UTF-8.

    PostgreSQL takes neither, so that a naive look-up would answer 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_malformed(request.path) or any(
            self._is_malformed(text) for pair in request.GET.lists() for text in (pair[0], *pair[1])
        ):
            return bad_request(request, ValueError())
        return self.get_response(request)

    @staticmethod
    def _is_malformed(text: str) -> bool:
        return "\0" in text or REPLACEMENT in text


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
