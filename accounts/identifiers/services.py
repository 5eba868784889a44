"""Parsing of identifiers, and finding the account they name.

One field accepts a mobile number, an e-mail address or a username (guide row 14); no username has
the form of the others.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identifiers.email_addresses import clean_mailbox
from accounts.identifiers.phone_numbers import clean_mobile
from accounts.models import User
from accounts.text import MAX_LENGTH, fold_typed
from delivery.models import Channel

_DOT_ABOVE = "\u0307"  # what is left of İ in small letters
WRONG = _("Check for a typing error: this is not an email address, a mobile number or a username.")


@dataclass(frozen=True)
class Identifier:
    """An E.164 number, a lower-case e-mail address, or a folded username (no channel)."""

    channel: Channel | None
    value: str


@dataclass(frozen=True)
class Owner:
    """An account, and the contact to which its messages are sent."""

    account: User
    channel: Channel
    address: str


def parse(typed: str) -> Identifier:
    """The identifier in ``typed``. Raises ValidationError if it is none of the three."""
    if len(typed) > MAX_LENGTH:
        raise ValidationError(WRONG)
    text = fold_typed(typed)
    if "@" in text:
        return Identifier(Channel.EMAIL, clean_mailbox(text, str(WRONG)))
    try:
        return Identifier(Channel.SMS, clean_mobile(text))
    except ValidationError:
        if not text[:1].isalpha():
            raise ValidationError(WRONG) from None
    return Identifier(None, fold_name(text))


def fold_name(text: str) -> str:
    """``text`` in the one form of all spellings that the database takes for the same name.

    PostgreSQL compares names in capitals, where ı is I and ſ is S; by ``lower()`` alone each
    of them would be a name with limits of its own.
    """
    return fold_typed(text).upper().casefold().replace(_DOT_ABOVE, "")


def parse_contact(typed: str) -> Identifier:
    """The number or address in ``typed``. Raises ValidationError, also for a username."""
    found = parse(typed)
    if found.channel is None:
        raise ValidationError(_("Enter a mobile number or an email address."))
    return found


def owner_of(identifier: Identifier, *, unconfirmed_mailbox: bool = False) -> Owner | None:
    """The active account with this confirmed contact or username, with a contact of it.

    For a username the contact is the e-mail address, which costs nothing, else the phone.
    ``unconfirmed_mailbox`` also finds an account whose activation link was never opened, unless
    another account has confirmed the address.
    """
    if identifier.channel is None:
        return _owner_of_name(identifier.value)
    if identifier.channel == Channel.SMS:
        found = User.objects.filter(
            phone=identifier.value, phone_confirmed_at__isnull=False, is_active=True
        ).first()
        return Owner(found, Channel.SMS, identifier.value) if found else None
    mailboxes = EmailAddress.objects.filter(email=identifier.value, user__is_active=True)
    if not unconfirmed_mailbox:
        mailboxes = mailboxes.filter(verified=True)
    mailbox = mailboxes.select_related("user").order_by("-verified", "pk").first()
    return Owner(mailbox.user, Channel.EMAIL, mailbox.email) if mailbox else None


def _owner_of_name(name: str) -> Owner | None:
    account = User.objects.filter(username__iexact=name, is_active=True).first()
    # Queried for an unknown name too, so that response times are the same (T4).
    of_account = EmailAddress.objects.filter(user_id=account.pk if account else 0, verified=True)
    mailbox = of_account.order_by("-primary").first()
    if account is None:
        return None
    if mailbox is not None:
        return Owner(account, Channel.EMAIL, mailbox.email)
    if account.phone_confirmed_at is not None:
        return Owner(account, Channel.SMS, str(account.phone))
    return None
