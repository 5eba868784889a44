"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from accounts.onboarding import first_open_step
from xuejiportal.help_topics import topic_of


def portal(request: HttpRequest) -> dict[str, object]:
    """The name of the site, whether this is a development server, where help begins.

    ``open_step`` asks the database only where a page uses it.
    """
    return {
        "site_name": settings.SITE_NAME,
        "debug": settings.DEBUG,
        "open_step": lambda: first_open_step(request.user),
        "help_anchor": topic_of(request),
    }
