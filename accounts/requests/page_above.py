"""The page to which an address belongs, such as the page with the link to a file."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve


def page_above(address: str, otherwise: str) -> str:
    """The nearest page above ``address``, a path from the root, or ``otherwise`` without one."""
    parts = urlsplit(address).path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        page = f"/{'/'.join(parts[:length])}/"
        try:
            resolve(page)
        except Resolver404:
            continue
        return page
    return otherwise
