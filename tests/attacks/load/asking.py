"""Ask with anything in every part of a request, and measure how long the answer takes."""

import time
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import RequestFactory
from django.test.client import ClientHandler

SECONDS = 1.0
HEADERS = tuple(
    """HTTP_COOKIE HTTP_ACCEPT_LANGUAGE HTTP_USER_AGENT HTTP_REFERER HTTP_ORIGIN
    HTTP_X_FORWARDED_FOR HTTP_HOST HTTP_AUTHORIZATION CONTENT_TYPE
    HTTP_IF_MODIFIED_SINCE HTTP_RANGE HTTP_X_REQUESTED_WITH""".split()
)


class _Asker(RequestFactory):
    """A test client without what tests of pages need: no copy of each template's context is kept.

    The middleware is made once, as in a process of the portal.
    """

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> Any:
        """The answer to the request, read to its end."""
        environ = self._base_environ(**request)  # type: ignore[attr-defined]
        response = self.handler(environ)
        if response.streaming:
            b"".join(response)
        return response


def ask(
    cookies: SimpleCookie, method: str, address: str, given: dict[str, Any]
) -> tuple[int, float]:
    """Status and processor seconds of one request; its effects are taken back."""
    asker = _Asker()
    asker.cookies = SimpleCookie({name: morsel.value for name, morsel in cookies.items()})
    with transaction.atomic():
        began = time.process_time()
        status = getattr(asker, method)(address, **given).status_code
        seconds = time.process_time() - began
        transaction.set_rollback(True)
    return status, seconds


def ask_patiently(
    cookies: SimpleCookie, method: str, address: str, given: dict[str, Any]
) -> tuple[int, float]:
    """As ``ask``, once more if it took too long: a collection of the tests' garbage comes once."""
    status, seconds = ask(cookies, method, address, given)
    if seconds > SECONDS:
        seconds = ask(cookies, method, address, given)[1]
    return status, seconds
