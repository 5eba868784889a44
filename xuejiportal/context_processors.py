"""Variables available in every template."""

from django.conf import settings
from django.http import HttpRequest

from accounts.onboarding import first_open_step
from xuejiportal.help_topics import topic_of


def portal(request: HttpRequest) -> dict[str, object]:
    """The site's name, whether this is development, the open step, and the page's help article.

    ``open_step`` is a function, so that only templates that use it query the database.
    """
    return {
        "site_name": settings.SITE_NAME,
        "debug": settings.DEBUG,
        "open_step": lambda: first_open_step(request.user),
        "help_anchor": topic_of(request),
    }
