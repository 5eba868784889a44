"""Middleware of the project."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request

from xuejiportal.environment import is_local
from xuejiportal.storage.errors import StorageDownError

logger = logging.getLogger(__name__)
# Retry-After in seconds while the bucket is unreachable.
RETRY_AFTER = 60
# The Cache-Control of add_never_cache_headers, without its time-dependent Expires.
NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"
# What no page of the portal uses, nor anything that might be slipped into one. Passkeys stay.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
        *("magnetometer", "microphone", "midi", "payment", "serial", "usb"),
    )
)
PROXY_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class WellFormedMiddleware:
    """Answers 400 to an address with NUL, or with bytes that are not UTF-8.

    PostgreSQL accepts neither, so a query with them would answer 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING") and request.GET.lists()
        if self._is_malformed(request.path) or any(
            self._is_malformed(text) for pair in asked or () for text in (pair[0], *pair[1])
        ):
            # LocaleMiddleware has not been passed: the last request's language is still active.
            with translation.override(translation.get_language_from_request(request)):
                return bad_request(request, ValueError())
        return self.get_response(request)

    @staticmethod
    def _is_malformed(text: str) -> bool:
        return "\0" in text or REPLACEMENT in text


class HomeOnlyMiddleware:
    """Refuses every request from another machine; for development alone (T34).

    Error pages show the settings and /dev/outbox/ every code. A Host header does not tell where
    a request comes from: its sender chooses it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came_by_proxy = any(name in request.META for name in PROXY_HEADERS)
        if settings.DEBUG and (came_by_proxy or not is_local(request.META.get("REMOTE_ADDR", ""))):
            told = "Development answers this machine alone. For others: PRODUCTION=yes (README)."
            return HttpResponse(told, status=403, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class NoStoreMiddleware:
    """Forbids caching of pages for signed-in people or with session data.

    On a shared computer the Back button must not show the last student's record (OWASP ASVS 5.0,
    14.3.2), nor the page on which a visitor enters a code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_personal = request.user.is_authenticated or not request.session.is_empty()
        if is_personal or request.method == "POST":
            if response.has_header("Cache-Control"):
                add_never_cache_headers(response)
            else:
                response.headers["Cache-Control"] = NEVER
        return response


class PermissionsMiddleware:
    """Adds Permissions-Policy: what no page may ask a browser for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class StorageMiddleware:
    """Answers 503 with a page of its own while the file storage is unreachable."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The 503 page for StorageDownError, None for every other exception."""
        if not isinstance(error, StorageDownError):
            return None
        logger.error("%s", error)
        answer = HttpResponse(render_to_string("503.html"), status=503)
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer


class MethodMiddleware:
    """Lead a browser that opens the address of a button to the page that shows it.

    Other wrong methods get a page of their own: Django's 405 is empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return HttpResponseRedirect(_page_above(request.path_info))
        response.content = render_to_string("405.html")
        return response


def _page_above(path: str) -> str:
    """The nearest address above ``path`` that the portal has."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            return path
    return path
