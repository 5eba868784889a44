"""Middleware of the frame."""

import logging
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.defaults import bad_request

from xuejiportal.storage.errors import StorageDownError

logger = logging.getLogger(__name__)
# Seconds after which a browser may ask again for a file of a bucket that did not answer.
RETRY_AFTER = 60
# What add_never_cache_headers says, without the clock.
NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class WellFormedMiddleware:
    """Answer 400 to an address that is not text: NUL, or bytes that are not UTF-8.

    PostgreSQL takes neither, so that a naive look-up would answer 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING") and request.GET.lists()
        if self._is_malformed(request.path) or any(
            self._is_malformed(text) for pair in asked or () for text in (pair[0], *pair[1])
        ):
            return bad_request(request, ValueError())
        return self.get_response(request)

    @staticmethod
    def _is_malformed(text: str) -> bool:
        return "\0" in text or REPLACEMENT in text


class LanguageMiddleware:
    """The reader's language: chosen by the button (a cookie), else the browser's.

    Django's own also looks for languages in addresses, which this site has not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's, which hands the cookie out anew only to browsers that have another or none.

    Django renews it with each form, to push its year forward; that is a tenth of a page.
    """

    def _set_csrf_cookie(self, request: HttpRequest, response: HttpResponse) -> None:
        if request.COOKIES.get(settings.CSRF_COOKIE_NAME) != request.META["CSRF_COOKIE"]:
            super()._set_csrf_cookie(request, response)  # type: ignore[misc]
        else:
            patch_vary_headers(response, ("Cookie",))


class NoStoreMiddleware:
    """Forbid every cache to keep a page made for a signed-in person, or from a session.

    On a shared computer the Back button must not show the last student's
    record (OWASP ASVS 5.0, 14.3.2), nor the page on which a visitor types a code.
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


class PolicyMiddleware(CSPMiddleware):
    """The Content-Security-Policy of each answer; composed once, since no page has its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """Nothing: no page uses a nonce, since nothing stands inline."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Put the policy on the answer, Django's own pages of errors in development excepted."""
        if not (settings.DEBUG and response.status_code in {404, 500}):
            response.headers.setdefault(HEADER, self.policy)
        return response


class StorageMiddleware:
    """Answer 503 with a page of its own where files lie in a bucket that does not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page that says so; every other exception goes on."""
        if not isinstance(error, StorageDownError):
            return None
        logger.error("%s", error)
        answer = HttpResponse(render_to_string("503.html"), status=503)
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer


class MethodMiddleware:
    """Give a browser that used the wrong method a page of its own: Django's 405 is empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render_to_string("405.html")
        return response
