"""The network address of a request's client."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client, as told by our own proxies only (T8).

    Each of ``TRUSTED_PROXY_COUNT`` proxies appends the peer it saw to
    X-Forwarded-For; whatever the client wrote stands further left and is ignored.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return peer
