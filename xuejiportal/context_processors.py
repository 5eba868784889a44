"""Variables available in every template."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.onboarding import first_open_step
from accounts.sessions.lifetime import limits_of
from xuejiportal.help_topics import topic_of
from xuejiportal.work.menu import menu_of
from xuejiportal.work.waiting import waiting_for


def portal(request: HttpRequest) -> dict[str, object]:
    """The site's name, whether this is development, the open step, and the page's help article.

    ``open_step`` and ``work_waiting`` (of staff) query the database only where they are used.
    A request that was refused before the sessions has no user.
    """
    user = getattr(request, "user", None)
    staff = user if isinstance(user, User) else None
    return {
        "site_name": settings.SITE_NAME,
        "debug": settings.DEBUG,
        "idle_seconds": limits_of(staff).idle_of_page if staff else 0,
        "open_step": lambda: first_open_step(request.user),
        "help_anchor": topic_of(request),
        "work_waiting": SimpleLazyObject(lambda: waiting_for(staff) if staff else []),
        "staff_menu": lambda: menu_of(staff) if staff else [],
    }
