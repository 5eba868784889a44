"""One request to a provider, and what its failure proves."""

from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings

from delivery.errors import PassingError, UncertainError

CONNECTIONS = 32


def client() -> httpx.Client:
    """A client that keeps its connections open; shared by threads.

    Idle connections are given up before a server would close them: a request
    on a connection that is just being closed has an uncertain outcome.
    """
    limits = httpx.Limits(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=4
    )
    return httpx.Client(timeout=settings.SMS_TIMEOUT, limits=limits, trust_env=False)


def post(
    http: httpx.Client, url: str, *, headers: Mapping[str, str], content: bytes
) -> dict[str, Any]:
    """Send one request; the JSON object of the answer, whatever its status below 500.

    Raises PassingError when the message was surely not accepted, UncertainError
    when it may have been.
    """
    try:
        answer = http.post(url, headers=dict(headers), content=content)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise PassingError(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise UncertainError(type(error).__name__) from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise PassingError(f"http-{answer.status_code}")
    try:
        value = answer.json()
    except ValueError as error:
        raise UncertainError("no-json") from error
    if not isinstance(value, dict):
        raise UncertainError("no-json-object")
    return value
