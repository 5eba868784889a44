"""Registering with a mobile number (guide rows 34, 37).

Every request makes an account that is nothing yet: it cannot sign in until the
code sent to the number is entered. So the page is the same for a number that
has an account; its owner is told by text message (T4).
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.consent.services import give_consent
from accounts.contacts import services as contacts
from accounts.limits import rate_limits
from accounts.limits.rate_limits import LimitReachedError
from accounts.models import Code, CodePurpose, Purpose, User
from delivery.models import Channel

# An account whose number was never confirmed is forgotten after this time.
UNCONFIRMED_TTL = timedelta(days=2)


def register_by_phone(
    *, phone: str, password: str, client: str, earlier: User | None = None
) -> User:
    """An account for ``phone`` (E.164), not confirmed yet, and a code on its way.

    Its owner has agreed to the privacy notice on the form.
    ``earlier`` is the account this browser has begun: it is gone on with when
    the number is the same. Raises limits.LimitReachedError; then no account is
    left behind; see ``register_with_code_received``.
    """
    account = earlier if earlier and earlier.phone == phone else User(phone=phone)
    is_new = account.pk is None
    account.set_password(password)
    account.save()
    give_consent(account=account, purpose=Purpose.ACCOUNT)
    try:
        contacts.request_code(account=account, channel=Channel.SMS, address=phone, client=client)
    except LimitReachedError:
        if is_new:
            account.delete()
        raise
    return account


def has_received_code(phone: str) -> bool:
    """Whether a code for registering that was sent to ``phone`` could be typed now."""
    return _codes_sent_to(phone).exists()


def register_with_code_received(*, phone: str, password_hash: str, typed: str) -> User | None:
    """The account made with a code that ``phone`` got for an unfinished registration.

    For whoever begins again in another browser, too soon for another message. None
    when the code is wrong. Raises limits.LimitReachedError.
    """
    with transaction.atomic():
        rate_limits.consume("received_code", phone)
    if not codes.use_any(_codes_sent_to(phone).filter(is_decoy=False), typed):
        return None
    try:
        with transaction.atomic():
            account = User.objects.create(phone=phone, password=password_hash)
            give_consent(account=account, purpose=Purpose.ACCOUNT)
            contacts.bind(account=account, channel=Channel.SMS, address=phone, undoable=False)
    except IntegrityError:
        return None
    return account


def confirm_number(*, account: User, typed: str) -> Outcome:
    """Make the number of ``account`` its own with the code sent to it.

    A code sent for another unfinished registration of the number will do: whoever
    types it reads the messages of this number, in whatever browser they asked. How
    often those are compared is counted by number, so that many registrations are
    no more tries. Raises limits.LimitReachedError.
    """
    outcome = contacts.confirm_binding(
        account=account, channel=Channel.SMS, typed=typed, is_sign_up=True
    )
    phone = str(account.phone)
    if outcome is Outcome.RIGHT or not rate_limits.try_consume("received_code", phone):
        return outcome
    if not codes.use_any(_codes_sent_to(phone).filter(is_decoy=False), typed):
        return outcome
    try:
        with transaction.atomic():
            contacts.bind(account=account, channel=Channel.SMS, address=phone, undoable=False)
    except IntegrityError:
        return Outcome.OVER
    return Outcome.RIGHT


def _codes_sent_to(phone: str) -> QuerySet[Code]:
    """The living codes of all unfinished registrations of this number."""
    begun = User.objects.filter(phone=phone, **_UNCONFIRMED)
    return codes.living_codes(accounts=begun, purpose=CodePurpose.BIND_PHONE)


def unfinished_account(pk: int | None) -> User | None:
    """The account with this key while its number waits for its code."""
    if pk is None:
        return None
    return User.objects.filter(pk=pk, phone__isnull=False, **_UNCONFIRMED).first()


def forget_unconfirmed() -> int:
    """Delete accounts whose number was never confirmed; returns how many."""
    old = User.objects.filter(
        phone__isnull=False, date_joined__lt=Now() - UNCONFIRMED_TTL, **_UNCONFIRMED
    )
    return old.delete()[1].get("accounts.User", 0)


def forget_unactivated() -> int:
    """Delete accounts whose activation link was not followed in ``UNACTIVATED_DAYS``; how many.

    Their mailbox is free again, for its owner too.
    """
    confirmed = EmailAddress.objects.filter(verified=True)
    old = User.objects.filter(
        date_joined__lt=Now() - timedelta(days=settings.UNACTIVATED_DAYS),
        emailaddress__isnull=False,
        **{name: value for name, value in _UNCONFIRMED.items() if name != "emailaddress"},
    )
    old = old.exclude(emailaddress__in=confirmed).filter(role_grants=None, is_superuser=False)
    return old.distinct().delete()[1].get("accounts.User", 0)


# Registered by phone, and nothing confirmed, granted or used since.
_UNCONFIRMED = {
    "phone_confirmed_at": None,
    "emailaddress": None,
    "last_login": None,
    "username": None,
    "is_staff": False,
}
