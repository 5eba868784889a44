"""Registration with a mobile number (guide rows 34, 37).

Every request creates an account that cannot sign in until the code sent to the number is entered.
So the page is the same for a number that has an account already; its owner is notified by text
message (T4).
"""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.consent.services import mark_agreed, store_consent
from accounts.contacts import services as contacts
from accounts.identifiers.email_addresses import mailbox_of
from accounts.limits import rate_limits
from accounts.limits.uses import LimitReachedError
from accounts.models import Code, CodePurpose, Purpose, User
from accounts.sweep import for_each
from delivery.models import Channel

# An account whose number is not confirmed within this time is deleted.
UNCONFIRMED_TTL = timedelta(days=2)
LINK_TTL = timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS)


def register_by_phone(
    *, phone: str, password: str, client: str, earlier: User | None = None
) -> User:
    """An unconfirmed account for ``phone`` (E.164), to which a code was sent.

    Its owner has agreed to the privacy notice on the form. ``earlier`` is the account that this
    browser has started; it is reused if the number is the same and it lives as long as a code
    sent now. Raises limits.LimitReachedError,
    leaving no account; see ``register_with_code_received``.
    """
    account = User(phone=phone)
    if earlier and earlier.phone == phone and may_get_code(earlier):
        account = earlier
    is_new = account.pk is None
    account.set_password(password)
    mark_agreed(account)
    with transaction.atomic():
        account.save()
        store_consent(account=account, purpose=Purpose.ACCOUNT)
    try:
        contacts.request_code(account=account, channel=Channel.SMS, address=phone, client=client)
    except LimitReachedError:
        if is_new:
            account.delete()
        raise
    return account


def has_received_code(phone: str) -> bool:
    """Whether a registration code sent to ``phone`` is still valid."""
    return _codes_sent_to(phone).exists()


def register_with_code_received(*, phone: str, password_hash: str, typed: str) -> User | None:
    """The account created with a code that ``phone`` got for an unfinished registration.

    For people who start again in another browser before another message may be sent. None if the
    code is wrong. Raises limits.LimitReachedError.
    """
    with transaction.atomic():
        rate_limits.consume("received_code", phone)
    if not codes.use_any(_codes_sent_to(phone).filter(is_decoy=False), typed):
        return None
    try:
        with transaction.atomic():
            account = User(phone=phone, password=password_hash)
            mark_agreed(account)
            account.save()
            store_consent(account=account, purpose=Purpose.ACCOUNT)
            contacts.bind(account=account, channel=Channel.SMS, address=phone, undoable=False)
    except IntegrityError:
        return None
    return account


def confirm_number(*, account: User, typed: str) -> Outcome:
    """Confirm the number of ``account`` with the code sent to it.

    A code for another unfinished registration of the number is accepted too, because it proves
    access to the number's messages. Such comparisons are counted by number, so that several
    registrations give no additional tries. Raises limits.LimitReachedError.
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
    """The valid codes of all unfinished registrations of this number."""
    begun = User.objects.filter(phone=phone, **_UNCONFIRMED)
    return codes.living_codes(accounts=begun, purpose=CodePurpose.BIND_PHONE)


def unfinished_account(pk: int | None) -> User | None:
    """The account with this key, while its number is unconfirmed."""
    if pk is None:
        return None
    return User.objects.filter(pk=pk, phone__isnull=False, **_UNCONFIRMED).first()


def may_get_code(account: User) -> bool:
    """Whether a code sent to ``account`` now ends before the account is deleted."""
    since = Now() - UNCONFIRMED_TTL + codes.TTL[CodePurpose.BIND_PHONE]
    return User.objects.filter(pk=account.pk, date_joined__gt=since).exists()


def forget_unconfirmed() -> int:
    """Delete accounts whose number was never confirmed; returns how many."""
    old = User.objects.filter(
        phone__isnull=False, date_joined__lt=Now() - UNCONFIRMED_TTL, **_UNCONFIRMED
    )
    return _forget(old)


def forget_unactivated() -> int:
    """Delete accounts not activated within ``UNACTIVATED_DAYS``; returns how many.

    Their e-mail addresses can then be used again. An account lives as long as its last link.
    """
    confirmed = EmailAddress.objects.filter(verified=True)
    old = User.objects.filter(
        date_joined__lt=Now() - timedelta(days=settings.UNACTIVATED_DAYS),
        emailaddress__isnull=False,
        **{name: value for name, value in _UNCONFIRMED.items() if name != "emailaddress"},
    )
    old = old.exclude(emailaddress__in=confirmed).filter(role_grants=None, is_superuser=False)
    return _forget(old.distinct(), kept=_has_link)


def _has_link(pk: int) -> bool:
    """Whether a link sent to the account's mailbox still works."""
    mailboxes = EmailAddress.objects.filter(user=pk).values_list("email", flat=True)
    return any(rate_limits.count("send_link", mailbox_of(one), LINK_TTL) for one in mailboxes)


def _forget(unfinished: QuerySet[User], *, kept: Callable[[int], bool] = lambda _: False) -> int:
    """Delete accounts still ``unfinished``, and not ``kept``, once locked; returns how many."""

    @transaction.atomic
    def forget_account(pk: int) -> bool:
        User.objects.select_for_update().filter(pk=pk).first()
        if kept(pk):
            return False
        # Asked again under the lock: the owner may just have entered the code.
        return unfinished.filter(pk=pk).exists() and bool(User.objects.filter(pk=pk).delete())

    return for_each(list(unfinished.values_list("pk", flat=True)), forget_account)


# Registered by phone, with nothing confirmed, granted or used since.
_UNCONFIRMED = {
    "phone_confirmed_at": None,
    "emailaddress": None,
    "last_login": None,
    "username": None,
    "is_staff": False,
}
