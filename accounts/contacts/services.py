"""Binding a phone or an e-mail address to the account with a code (guide rows 37 to 45)."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts.changes import Address, record_change
from accounts.contacts.yearly_check import note_contact
from accounts.languages.services import writing_to
from accounts.limits import rate_limits
from accounts.models import ChangeKind, CodePurpose, EventKind, User
from accounts.password_state import (
    PasswordReplacedError,
    lock_account,
    lock_unchanged,
    lock_undeleted,
)
from accounts.security_log import record_event
from accounts.signals import phone_confirmed
from audit.services import record_action
from delivery.masking import masked
from delivery.models import Channel
from delivery.services import queue_rendered

PURPOSES = {Channel.SMS: CodePurpose.BIND_PHONE, Channel.EMAIL: CodePurpose.BIND_EMAIL}


@dataclass(frozen=True)
class Contact:
    """A confirmed contact of the account, masked for display."""

    channel: Channel
    masked: str


def bound_contact(*, account: User, channel: Channel) -> Contact | None:
    """The confirmed phone or primary e-mail address of ``account``."""
    address = bound_address(account, channel)
    return Contact(channel, masked(channel, address)) if address else None


def is_bound(*, account: User, channel: Channel, address: str) -> bool:
    """Whether ``address`` is the bound contact of ``account``."""
    return bound_address(account, channel) == address


def request_code(*, account: User, channel: Channel, address: str, client: str) -> None:
    """Send a code to ``address`` (E.164, or a lower-case e-mail address).

    If the address is bound to another account the response is the same; that account's owner is
    notified instead (T4). Nothing is sent if the account was deleted meanwhile. Raises
    limits.LimitReachedError.
    """
    rate_limits.consume_sending(account=account, channel=channel, address=address, client=client)
    owner = _other_owner(account, channel, address)
    with transaction.atomic(), writing_to(owner or account):
        if lock_undeleted(account.pk) is None:
            return
        code = codes.get_or_create_code(
            account=account,
            purpose=PURPOSES[channel],
            channel=channel,
            address=address,
            is_decoy=owner is not None,
        )
        queue_rendered(
            channel=channel,
            to=address,
            kind=codes.KIND,
            reference=code.key,
            purpose=PURPOSES[channel],
            account_id=account.pk,
        )


def confirm_binding(
    *,
    account: User,
    channel: Channel,
    typed: str,
    reauthenticated: bool = True,
    is_sign_up: bool = False,
    session: str = "",
) -> Outcome:
    """Bind the address whose code was ``typed``, and alert the contact it replaces.

    Returns OVER if another account has bound the address meanwhile, or if the password was
    replaced after the request. ``is_sign_up``: this is the account's first contact, so there is
    nothing to undo. Tries are counted per ``session``. Raises limits.LimitReachedError.
    """
    with transaction.atomic():
        rate_limits.consume("try_code", f"account:{account.pk} in {session}")
    try:
        with transaction.atomic():
            lock_unchanged(account)
            outcome, code = codes.check(
                account=account, purpose=PURPOSES[channel], typed=typed, session=session
            )
            if code is None:
                return outcome
            return _bind_or_over(
                account,
                (channel, codes.address_of(code)),
                reauthenticated=reauthenticated,
                undoable=not is_sign_up,
            )
    except PasswordReplacedError:
        return Outcome.OVER


def bind(
    *,
    account: User,
    channel: Channel,
    address: str,
    reauthenticated: bool = True,
    undoable: bool = True,
) -> None:
    """Bind ``address`` to ``account``; its owner has just proved to read it.

    Call inside a transaction. Raises IntegrityError if another account has it.
    """
    locked = lock_account(account.pk)
    old = _bound_phone(locked) if channel == Channel.SMS else bound_address(locked, channel)
    set_contact(account, channel, address)
    if old != address and undoable:
        record_change(
            account=account,
            kind=ChangeKind(channel),
            old=old,
            others=[known for known in contacts_of(account) if known[0] != channel],
            reauthenticated=reauthenticated,
        )
    record_action(
        action="accounts.bind_contact",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"channel": channel, "replaced": bool(old and old != address)},
    )
    record_event(account=account, kind=EventKind.CONTACT_BOUND)
    note_contact(account=account, channel=channel)


def release(*, account: User, channel: Channel) -> None:
    """Unbind the contact of this kind; its reader can undo that.

    Call inside a transaction.
    """
    if old := bound_address(account, channel):
        clear_contact(account, channel)
        record_change(account=account, kind=ChangeKind(channel), old=old, others=())


def clear_contact(account: User, channel: Channel) -> None:
    """Unbind the contact of this kind without an alert."""
    if channel == Channel.SMS:
        User.objects.filter(pk=account.pk).update(phone=None, phone_confirmed_at=None)
        return
    EmailAddress.objects.filter(user=account).delete()
    User.objects.filter(pk=account.pk).update(email="")


def set_contact(account: User, channel: Channel, address: str) -> None:
    """Bind ``address`` without alerts. Raises IntegrityError if another account has it."""
    if channel == Channel.SMS:
        User.objects.filter(pk=account.pk).update(phone=address, phone_confirmed_at=Now())
        phone_confirmed.send(User, account=account, phone=address)
        return
    kept, _ = EmailAddress.objects.get_or_create(user=account, email=address)
    EmailAddress.objects.filter(user=account).exclude(pk=kept.pk).delete()
    EmailAddress.objects.filter(pk=kept.pk).update(verified=True, primary=True)
    User.objects.filter(pk=account.pk).update(email=address)


def contacts_of(account: User) -> list[Address]:
    """All confirmed contacts of ``account``."""
    found = ((channel, bound_address(account, channel)) for channel in Channel)
    return [(channel, address) for channel, address in found if address]


def bound_address(account: User, channel: Channel) -> str:
    """The confirmed phone (E.164) or primary e-mail address of ``account``, or ""."""
    if channel == Channel.SMS:
        phone = User.objects.filter(pk=account.pk, phone_confirmed_at__isnull=False)
        return str(phone.values_list("phone", flat=True).first() or "")
    mailbox = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary")
    return mailbox.values_list("email", flat=True).first() or ""


def _bound_phone(account: User) -> str:
    """The confirmed phone (E.164) as ``account`` was read, or ""."""
    return str(account.phone) if account.phone and account.phone_confirmed_at else ""


def _bind_or_over(
    account: User, contact: Address, *, reauthenticated: bool, undoable: bool
) -> Outcome:
    channel, address = contact
    try:
        with transaction.atomic():
            bind(
                account=account,
                channel=channel,
                address=address,
                reauthenticated=reauthenticated,
                undoable=undoable,
            )
    except IntegrityError:
        return Outcome.OVER
    return Outcome.RIGHT


def _other_owner(account: User, channel: Channel, address: str) -> User | None:
    """The other account to which ``address`` is bound, or None."""
    others = User.objects.exclude(pk=account.pk)
    if channel == Channel.SMS:
        return others.filter(phone=address, phone_confirmed_at__isnull=False).first()
    return others.filter(emailaddress__email=address, emailaddress__verified=True).first()
