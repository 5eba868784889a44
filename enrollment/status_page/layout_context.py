"""The context of the page layout as plain texts, for the compiled record page."""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from accounts.sessions.lifetime import limits_of
from delivery.masking import masked_phone
from enrollment.status_page.page import Formatter


class Place(StrEnum):
    """Which page is shown: the menu marks it."""

    STATUS = "enrollment:status"
    RECORD = "enrollment:record"
    CERTIFICATE = "enrollment:certificate"


class Level(StrEnum):
    """The levels of messages."""

    DEBUG = "debug"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


class Help(StrEnum):
    """The help topics of these pages."""

    CHECK = "check"


def frame_of(request: HttpRequest, account: User) -> dict[str, Any]:
    """What ``layouts/base.html`` takes from context processors, request and user.

    Spelled out as plain texts and enumerations, because a compiled page accepts nothing
    else.
    """
    match = request.resolver_match
    return {
        "site_name": str(settings.SITE_NAME),
        "help_anchor": Help.CHECK,
        "csrf_token": get_token(request),
        "idle_seconds": str(limits_of(account).idle_of_page),
        "printed_at": Formatter(get_language())(timezone.localdate()),
        "request": {
            "get_full_path": request.get_full_path(),
            "session": {"contacts_due": bool(request.session.get("contacts_due"))},
            "resolver_match": {"view_name": Place(match.view_name) if match else None},
        },
        "user": {
            "key": str(account.key),
            "is_authenticated": True,
            "is_student": account.is_student,
            "username": account.username or account.email or masked_phone(str(account.phone)),
            "email": "",
            "phone": "",
            "deletion_due_on": account.deletion_due_on,
            "unread_notices": str(getattr(account, "unread_notices", None) or ""),
        },
        "messages": [
            {"level_tag": Level(one.level_tag), "message": str(one.message)}
            for one in get_messages(request)
        ],
    }
