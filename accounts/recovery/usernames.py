"""Choosing a username, and reminding its owner of it (guide rows 11, 14)."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.codes import messages
from accounts.contacts import services as contacts
from accounts.contacts.changes import record_change
from accounts.identifiers.services import Identifier, owner_of
from accounts.identifiers.username_rules import masked_username
from accounts.languages.services import writing_to
from accounts.limits import rate_limits
from accounts.models import ChangeKind, EventKind, User
from accounts.password_state import lock_unchanged
from accounts.security_log import record_event
from audit.services import record_action
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel
from delivery.outbox.content import Content
from delivery.services import queue_content

NOT_SET = "—"


def choose_username(*, account: User, username: str, request: HttpRequest) -> bool:
    """Set the username of ``account``; False if it is taken, in any case.

    Every contact is alerted and can undo it. Raises limits.LimitReachedError, which prevents
    probing for names, and PasswordReplacedError.
    """
    with transaction.atomic():
        rate_limits.consume("choose_username", f"account:{account.pk}")
    try:
        with transaction.atomic():
            _set_username(lock_unchanged(account), username, request)
    except IntegrityError:
        return False
    return True


def _set_username(account: User, username: str, request: HttpRequest) -> None:
    old = account.username or ""
    User.objects.filter(pk=account.pk).update(username=username)
    record_action(
        action="accounts.choose_username",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
    record_event(account=account, kind=EventKind.USERNAME_CHOSEN, request=request)
    if old.lower() != username.lower():
        others = contacts.contacts_of(account)
        record_change(account=account, kind=ChangeKind.USERNAME, old=old, others=others)


def send_hints(*, identifier: Identifier, client: str, browser: str) -> None:
    """Send how its account signs in to the confirmed contact, and to no one else.

    ``identifier`` is a number or an e-mail address. If it has no account its reader is told so,
    and the page does not differ. Raises limits.LimitReachedError.
    """
    if identifier.channel is None:
        raise ValueError("hints go to a number or a mailbox")
    rate_limits.consume_sending(
        account=None,
        channel=identifier.channel,
        address=identifier.value,
        client=client,
        browser=browser,
    )
    owner = owner_of(identifier)
    # Hints are built without an account too, so that response times are the same (T4).
    account = owner.account if owner else None
    with transaction.atomic(), writing_to(account):
        hints = _hints(account or User(pk=0), identifier.channel)
        content = hints if owner else messages.no_account(identifier.channel)
        queue_content(to=identifier.value, content=content, purpose="account_hints")


def _hints(account: User, channel: Channel) -> Content:
    mailbox = contacts.bound_address(account, Channel.EMAIL)
    phone = contacts.bound_address(account, Channel.SMS)
    name = account.username
    params = {
        "username": masked_username(name) if name else NOT_SET,
        "mailbox": masked_email(mailbox) if mailbox else NOT_SET,
        "phone": masked_phone(phone) if phone else NOT_SET,
    }
    if channel == Channel.SMS and mailbox:  # SMS providers reject domain names
        params["mailbox"] = params["mailbox"].partition("@")[0]
    return messages.letter("account_hints", channel, params)
