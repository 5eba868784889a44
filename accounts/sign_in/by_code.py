"""Signing in by code, and resetting the password by code (guide rows 11, 42).

The response is the same whether or not the account exists: a code row is created and
a message sent in both cases, and only the owner of the address reads which (T4).
"""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.consent.services import forget_consents
from accounts.contacts import services as contacts
from accounts.contacts.alerts import alert_contacts
from accounts.contacts.changes import is_proved
from accounts.contacts.yearly_check import note_contact
from accounts.identifiers.services import Identifier, owner_of
from accounts.languages.services import writing_to
from accounts.limits import rate_limits
from accounts.models import Code, CodePurpose, EventKind, SecurityAnswer, User
from accounts.password_state import lock_account, lock_undeleted, password_state
from accounts.recovery import staff_assisted
from accounts.recovery.closing import close_entrances
from accounts.recovery.take_back import drop_other_contacts
from accounts.security_log import record_event
from audit.services import record_action
from delivery.models import Channel
from delivery.services import queue_rendered


def ask_for_code(
    *,
    identifier: Identifier,
    purpose: CodePurpose,
    client: str,
    browser: str,
    knows: Callable[[User], bool] = lambda _: False,
    earlier: Code | None = None,
) -> Code:
    """Send a code to the contact that ``identifier`` is or names, for ``browser`` at ``client``.

    ``knows`` returns whether the browser has signed in to the account before; ``earlier`` is the
    code that this browser requested last. An account deleted meanwhile counts as none. Raises
    limits.LimitReachedError, also for identifiers without an account.
    """
    owner = owner_of(identifier, unconfirmed_mailbox=purpose == CodePurpose.RESET_PASSWORD)
    known = owner is not None and knows(owner.account)
    _consume_limits(identifier, purpose, client, browser, known=known)
    is_name = identifier.channel is None
    with transaction.atomic():
        if not lock_undeleted(owner.account.pk if owner else 0):  # one query either way (T4)
            owner = None
        code = codes.get_or_create_code(
            account=owner.account if owner else None,
            purpose=purpose,
            channel=owner.channel if owner else identifier.channel or Channel.EMAIL,
            address=owner.address if owner else identifier.value,
            asked_for=identifier.value if is_name else "",
            is_decoy=owner is None,
            earlier=earlier,
        )
        if not (is_name and _is_barred(code, browser)):
            _send(code)
    return code


def send_again(*, code: Code, client: str, browser: str, known: bool = False) -> None:
    """Send the same code again (guide row 44). Raises limits.LimitReachedError."""
    rate_limits.consume_sending(
        account=None,
        channel=Channel(code.channel),
        address=codes.address_of(code),
        client=client,
        browser=browser,
        known=known,
    )
    with transaction.atomic():
        _send(code)


def use_code(*, code: Code, typed: str) -> tuple[Outcome, User | None]:
    """The outcome of ``typed``; with RIGHT, also the account.

    OVER if the contact has been replaced since. Tries are counted by code, and codes by contact,
    so that other people's tries do not use up those of this browser.
    """
    outcome, used = codes.check_asked(code=code, typed=typed)
    if used is None or used.account is None:
        return outcome, None
    if not _still_holds(used, used.account):
        return Outcome.OVER, None
    if _is_bound(used, used.account):
        note_contact(account=used.account, channel=Channel(used.channel))
    return Outcome.RIGHT, used.account


@transaction.atomic
def reset_password(*, code: Code, state: str, password: str, request: HttpRequest) -> User | None:
    """Replace the password, end every session, code and grant, and alert all contacts.

    ``state`` is the password state when ``code`` was typed. Returns None, without changes, if
    password or contact were replaced since. Contacts that were bound before this one was
    confirmed are removed.
    """
    if code.account_id is None:
        return None
    account = lock_account(code.account_id)
    if password_state(account) != state or not _still_holds(code, account):
        return None
    if not _prove_contact(code, account):
        return None
    replace_password(account=account, password=password, request=request)
    return account


def replace_password(*, account: User, password: str, request: HttpRequest) -> None:
    """Replace the password of an account that is locked and whose contact is confirmed."""
    account.refresh_from_db()
    account.set_password(password)
    account.save(update_fields=["password"])
    staff_assisted.stop_pending(account=account)
    close_entrances(account=account)
    record_action(
        action="accounts.reset_password",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
    record_event(account=account, kind=EventKind.PASSWORD_RESET, request=request)
    alert_contacts(account=account, kind="password_reset")


def prove_mailbox(*, account: User, mailbox: str) -> bool:
    """Bind the unconfirmed ``mailbox`` of ``account`` and remove what was bound before it.

    Call inside a transaction that holds the account's lock. False if another account has the
    address.
    """
    try:
        with transaction.atomic():
            drop_other_contacts(account=account, keep=Channel.EMAIL)
            Authenticator.objects.filter(user=account).delete()
            SecurityAnswer.objects.filter(account=account).delete()
            forget_consents(account=account)  # given by the person who signed up
            contacts.bind(account=account, channel=Channel.EMAIL, address=mailbox, undoable=False)
    except IntegrityError:
        return False
    return True


def _consume_limits(
    identifier: Identifier, purpose: CodePurpose, client: str, browser: str, *, known: bool
) -> None:
    asker = "known" if known else rate_limits.asker_of(None, browser)
    if identifier.channel is None:
        with transaction.atomic():
            rate_limits.consume_for_client(client)
            rate_limits.consume(
                "send_by_name", f"known:{identifier.value}" if known else identifier.value
            )
    else:
        rate_limits.consume_sending(
            account=None,
            channel=identifier.channel,
            address=identifier.value,
            client=client,
            browser=browser,
            known=known,
        )
    if purpose == CodePurpose.RESET_PASSWORD:
        with transaction.atomic():
            rate_limits.consume("reset", f"{identifier.value} by {asker}")


def _is_barred(code: Code, browser: str) -> bool:
    return rate_limits.is_blocked(codes.address_of(code), rate_limits.asker_of(None, browser))


def _send(code: Code) -> None:
    address = codes.address_of(code)
    with writing_to(code.account):
        queue_rendered(
            channel=Channel(code.channel),
            to=address,
            kind=codes.KIND,
            reference=code.key,
            purpose=code.purpose,
        )


def _is_bound(code: Code, account: User) -> bool:
    address = codes.address_of(code)
    return contacts.is_bound(account=account, channel=Channel(code.channel), address=address)


def _still_holds(code: Code, account: User) -> bool:
    """Whether the address is the account's contact, or the address it signed up with."""
    return _is_bound(code, account) or _awaits_activation(code, account)


def _awaits_activation(code: Code, account: User) -> bool:
    """Whether ``code`` went to the address of an account that was never activated."""
    if code.purpose != CodePurpose.RESET_PASSWORD or code.channel != Channel.EMAIL:
        return False
    mailbox = codes.address_of(code)
    unconfirmed = EmailAddress.objects.filter(user=account, email=mailbox, verified=False)
    return bool(unconfirmed.exists())


def _prove_contact(code: Code, account: User) -> bool:
    """Confirm the contact, removing contacts that were bound before it was confirmed."""
    channel = Channel(code.channel)
    if not _is_bound(code, account):
        return prove_mailbox(account=account, mailbox=codes.address_of(code))
    if not is_proved(account, channel):
        drop_other_contacts(account=account, keep=channel)
    return True
