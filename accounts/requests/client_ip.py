"""The network address of a request's client."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's network address, trusting only our own proxies (T8).

    Each of ``TRUSTED_PROXY_COUNT`` proxies appends the peer it saw to X-Forwarded-For. Anything
    further left was written by the client and is ignored.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return peer
