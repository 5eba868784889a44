"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """The name of the site and whether this is a development server."""
    return {"site_name": settings.SITE_NAME, "debug": settings.DEBUG}
