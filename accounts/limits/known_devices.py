"""Known devices: browsers in which the account has signed in before.

A known device has its own limits, which strangers cannot use up for the owner. It gives
no access: the password is still required. The cookie holds a keyed hash of account and
password state, so it reveals nothing and becomes invalid with the next password.
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

TTL = timedelta(days=180)
MAX_ACCOUNTS = 5  # accounts of a family or a shared computer
NOTED = "portal.known_device"  # in request.META: whose device this is from now on


def is_known(request: HttpRequest, account: User | None) -> bool:
    """Whether ``account`` has signed in in this browser with its current password."""
    if account is None:
        return False
    mark = _mark(account)
    return any(constant_time_compare(mark, known) for known in _marks(request))


def is_known_by_name(request: HttpRequest, name: str) -> bool:
    """Whether the account identified by ``name`` has signed in in this browser."""
    if settings.KNOWN_DEVICE_COOKIE_NAME not in request.COOKIES or not name:
        return False
    try:
        owner = owner_of(parse(name))
    except ValidationError:
        return False
    return owner is not None and is_known(request, owner.account)


def listen() -> None:
    """Mark the browser on each sign-in and each new password."""
    for signal in (user_logged_in, password_changed, password_set):
        signal.connect(_note, dispatch_uid="known-device")


class KnownDeviceMiddleware:
    """Sets the known-device cookie after a sign-in or a new password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if NOTED in request.META:
            marks = [_mark(request.META[NOTED]), *_marks(request)]
            response.set_cookie(
                settings.KNOWN_DEVICE_COOKIE_NAME,
                ".".join(list(dict.fromkeys(marks))[:MAX_ACCOUNTS]),
                max_age=TTL,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _note(request: HttpRequest, user: User, **_: object) -> None:
    request.META[NOTED] = user


def _marks(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, "")[:400].split(".")[
        :MAX_ACCOUNTS
    ]


def _mark(account: User) -> str:
    state = f"{account.pk}:{account.password}"
    return salted_hmac("known-device", state, algorithm="sha256").hexdigest()[:32]
