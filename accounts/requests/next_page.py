"""The page to go on to, as an address names it in ``next``."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def next_page(request: HttpRequest, otherwise: str) -> str:
    """The page of this portal that ``next`` names, else ``otherwise``.

    Only a path from the root is one: Django's ``redirect`` would look up a bare word as
    the name of a view, and other hosts are not led to.
    """
    asked = request.GET.get("next", "")
    is_own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_own else otherwise
