"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from xuejiportal.help_topics import topic_of


def portal(request: HttpRequest) -> dict[str, object]:
    """The name of the site, whether this is a development server, and where help begins."""
    return {
        "site_name": settings.SITE_NAME,
        "debug": settings.DEBUG,
        "help_anchor": topic_of(request),
    }
