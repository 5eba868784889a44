"""HTTP requests to providers, with failures classified by whether the message may have arrived.

urllib3 rather than httpx: with open connections it takes much less time for each message,
and it detects before a request that an idle connection was closed.
"""

import json
from collections.abc import Mapping
from typing import Any

import urllib3
from django.conf import settings
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

from delivery.errors import BY_A_GATEWAY, TransientError, UncertainError

CONNECTIONS = 32
CONNECT_TIMEOUT = 5.0  # seconds
# The connection was not established: the request cannot have arrived.
NEVER_LEFT = (NewConnectionError, NameResolutionError, ConnectTimeoutError, SSLError)


def client() -> urllib3.PoolManager:
    """A thread-safe client that keeps its connections open and never retries."""
    return urllib3.PoolManager(maxsize=CONNECTIONS, retries=False)


def post(
    http: urllib3.PoolManager,
    endpoint: str,
    target: str,
    *,
    headers: Mapping[str, str],
    content: bytes,
) -> dict[str, Any]:
    """Send one request; returns the JSON object of an answer with any status below 500.

    Raises TransientError if the message was certainly not accepted, UncertainError
    if it may have been.
    """
    try:
        answer = http.connection_from_url(endpoint).urlopen(
            "POST",
            target,
            headers=headers,
            body=content,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=settings.SMS_TIMEOUT),
            retries=False,
        )
    except NEVER_LEFT as error:
        raise TransientError(type(error).__name__) from error
    except HTTPError as error:
        raise UncertainError(type(error).__name__) from error
    if answer.status in BY_A_GATEWAY:
        raise UncertainError(f"http-{answer.status}")
    if answer.status >= 500 or answer.status == 429:
        raise TransientError(f"http-{answer.status}")
    try:
        value = json.loads(answer.data)
    except ValueError as error:
        raise UncertainError("no-json") from error
    if not isinstance(value, dict):
        raise UncertainError("no-json-object")
    return value
