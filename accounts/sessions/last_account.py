"""The account that signed in last in a browser, by a signed cookie that outlives the session.

It opens nothing. It says whose a form is that was sent after the session had ended
(``accounts.sessions.kept_forms``); signing out removes it.
"""

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from accounts.limits.known_devices import TTL
from accounts.models import User

NOTED = "portal.last_account"  # in request.META: who has just signed in
_signer = Signer(salt="last-account")


def listen() -> None:
    """Note each sign-in."""
    user_logged_in.connect(_note, dispatch_uid="last-account")


def last_account_of(request: HttpRequest) -> User | None:
    """Who signed in last in this browser and has not signed out; None if nobody."""
    mark = request.COOKIES.get(settings.LAST_ACCOUNT_COOKIE_NAME, "")
    try:
        key = _signer.unsign(mark[:200])
    except BadSignature:
        return None
    return User.objects.filter(key=key, is_active=True).first()


def mark_browser(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie if somebody has just signed in."""
    account: User | None = request.META.get(NOTED)
    if account is None:
        return
    response.set_cookie(
        settings.LAST_ACCOUNT_COOKIE_NAME,
        _signer.sign(str(account.key)),
        max_age=TTL,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def unmark_browser(response: HttpResponse) -> None:
    """Delete the cookie: who signs out leaves nothing behind that is still to be sent."""
    response.delete_cookie(settings.LAST_ACCOUNT_COOKIE_NAME, samesite="Lax")


def _note(request: HttpRequest, user: User, **_: object) -> None:
    request.META[NOTED] = user
