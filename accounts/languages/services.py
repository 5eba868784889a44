"""The language of messages to an account: the one its owner chose last."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from allauth.account.signals import user_logged_in
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from accounts.models import User


def writing_to(account: User | None) -> AbstractContextManager[None]:
    """A context in which texts are rendered in the language of ``account``.

    The person who triggers a message may use another language. Without an account, the
    active language is used.
    """
    return translation.override(account.language) if account else nullcontext()


def by_language(accounts: Iterable[User]) -> dict[str, list[User]]:
    """``accounts`` grouped by their language."""
    found: dict[str, list[User]] = {}
    for account in accounts:
        found.setdefault(account.language, []).append(account)
    return found


def choose_language(*, account: User, language: str) -> None:
    """Store ``language`` for messages to ``account``; unsupported languages are ignored."""
    if language != account.language and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=account.pk).update(language=language)
        account.language = language


def listen() -> None:
    """Store the language chosen with the button before signing in."""
    user_logged_in.connect(_signed_in, dispatch_uid="language-of-messages")


def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    choose_language(account=user, language=request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
