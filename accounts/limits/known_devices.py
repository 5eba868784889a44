"""Browsers in which somebody has signed in before.

Such a browser passes limits that strangers can use up for an account's owner. It opens
nothing: the password is still asked for. The cookie holds a keyed mark of the account
and its password's state, so that it tells nothing and ends with the next new password.
"""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.signals import password_changed, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.identifiers.services import owner_of, parse
from accounts.models import User

LIFE = timedelta(days=180)
MOST = 5  # accounts of a family or a shared computer
NOTED = "portal.known_device"  # in request.META: whose device this is from now on


def is_known(request: HttpRequest, account: User | None) -> bool:
    """Whether ``account`` has signed in in this browser with its present password."""
    if account is None:
        return False
    mark = _mark(account)
    return any(constant_time_compare(mark, known) for known in _marks(request))


def is_known_by_name(request: HttpRequest, name: str) -> bool:
    """The same of the account that ``name`` (an identifier) names, known or not."""
    if settings.KNOWN_DEVICE_COOKIE_NAME not in request.COOKIES or not name:
        return False
    try:
        owner = owner_of(parse(name))
    except ValidationError:
        return False
    return owner is not None and is_known(request, owner.account)


def listen() -> None:
    """Note whoever signs in, or chooses a new password."""
    for signal in (user_logged_in, password_changed, password_set):
        signal.connect(_note, dispatch_uid="known-device")


class KnownDeviceMiddleware:
    """Leave the mark in browsers in which somebody has just signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if NOTED in request.META:
            marks = [_mark(request.META[NOTED]), *_marks(request)]
            response.set_cookie(
                settings.KNOWN_DEVICE_COOKIE_NAME,
                ".".join(list(dict.fromkeys(marks))[:MOST]),
                max_age=LIFE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _note(request: HttpRequest, user: User, **_: object) -> None:
    request.META[NOTED] = user


def _marks(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, "")[:400].split(".")[:MOST]


def _mark(account: User) -> str:
    state = f"{account.pk}:{account.password}"
    return salted_hmac("known-device", state, algorithm="sha256").hexdigest()[:32]
