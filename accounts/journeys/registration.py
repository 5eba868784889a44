"""Registering with a mobile number (guide rows 34, 37).

Every request makes an account that is nothing yet: it cannot sign in until the
code sent to the number is entered. So the page is the same for a number that
has an account; its owner is told by text message (T4).
"""

from datetime import timedelta

from django.db.models.functions import Now

from accounts.journeys import binding
from accounts.limits import LimitReachedError
from accounts.models import User
from delivery.models import Channel

# An account whose number was never confirmed is forgotten after this time.
UNCONFIRMED_LIFE = timedelta(days=2)


def register_by_phone(
    *, phone: str, password: str, client: str, earlier: User | None = None
) -> User:
    """An account for ``phone`` (E.164), not confirmed yet, and a code on its way.

    ``earlier`` is the account this browser has begun: it is gone on with when
    the number is the same. Raises limits.LimitReachedError; then no account is
    left behind.
    """
    account = earlier if earlier and earlier.phone == phone else User(phone=phone)
    is_new = account.pk is None
    account.set_password(password)
    account.save()
    try:
        binding.request_code(account=account, channel=Channel.SMS, address=phone, client=client)
    except LimitReachedError:
        if is_new:
            account.delete()
        raise
    return account


def unfinished_account(pk: int | None) -> User | None:
    """The account with this key while its number waits for its code."""
    if pk is None:
        return None
    return User.objects.filter(pk=pk, phone__isnull=False, **_UNCONFIRMED).first()


def forget_unconfirmed() -> int:
    """Delete accounts whose number was never confirmed; returns how many."""
    old = User.objects.filter(
        phone__isnull=False, date_joined__lt=Now() - UNCONFIRMED_LIFE, **_UNCONFIRMED
    )
    return old.delete()[1].get("accounts.User", 0)


# Registered by phone, and nothing confirmed, granted or used since.
_UNCONFIRMED = {
    "phone_confirmed_at": None,
    "emailaddress": None,
    "last_login": None,
    "username": None,
    "is_staff": False,
}
