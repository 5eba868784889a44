"""The number of the request that is being answered, for logs and error pages.

A person who reports an error gives the number, and the operator finds the entry.
"""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_NUMBER = re.compile(r"[0-9a-f]{16,32}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The number of the request at hand; "" outside of requests."""
    return _current.get()


class RequestIdMiddleware:
    """Gives each request a number, that of the proxy in front where there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY_COUNT else ""
        number = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
        token = _current.set(number)
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)
