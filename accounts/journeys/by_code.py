"""Coming in by a code: signing in with it, or choosing a new password (guide rows 11, 42).

Whoever asks sees the same, whether or not there is an account: a code row exists
either way, a message leaves either way, and only the owner of the address reads
which (T4).
"""

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import codes, limits
from accounts.codes import Outcome
from accounts.contact_checks import note_contact
from accounts.identifiers import Identifier, owner_of
from accounts.journeys import binding
from accounts.journeys.telling import tell_contacts
from accounts.languages import writing_to
from accounts.models import Code, CodePurpose, EventKind, User
from accounts.security_log import record_event
from audit import services as audit
from delivery.models import Channel
from delivery.services import queue_rendered


def ask_for_code(*, identifier: Identifier, purpose: CodePurpose, client: str) -> Code:
    """Send a code to the contact that ``identifier`` is or names, from ``client``.

    Raises limits.LimitReachedError, for people without an account just as well.
    """
    _spend(identifier, purpose, client)
    owner = owner_of(identifier, unconfirmed_mailbox=purpose == CodePurpose.RESET_PASSWORD)
    is_name = identifier.channel is None
    with transaction.atomic():
        code = codes.open_code(
            account=owner.account if owner else None,
            purpose=purpose,
            channel=owner.channel if owner else identifier.channel or Channel.EMAIL,
            address=owner.address if owner else identifier.value,
            asked_for=identifier.value if is_name else "",
            is_decoy=owner is None,
        )
        _send(code, is_name=is_name)
    return code


def send_again(*, code: Code, client: str) -> None:
    """Send the same code again (guide row 44). Raises limits.LimitReachedError."""
    limits.spend_sending(
        account=None,
        channel=Channel(code.channel),
        address=codes.address_of(code),
        client=client,
    )
    with transaction.atomic():
        _send(code, is_name=False)


def use_code(*, code: Code, typed: str) -> tuple[Outcome, User | None]:
    """Who comes in with ``typed``; the account comes with RIGHT only.

    A contact that has been replaced since reads as OVER. Raises
    limits.LimitReachedError.
    """
    with transaction.atomic():
        limits.spend("try_code", f"{code.purpose}:{bytes(code.address_hash).hex()}")
    outcome, used = codes.check_asked(code=code, typed=typed)
    if used is None or used.account is None:
        return outcome, None
    account, channel = used.account, Channel(used.channel)
    if not _still_holds(account, channel, codes.address_of(used), CodePurpose(used.purpose)):
        return Outcome.OVER, None
    note_contact(account=account, channel=channel)
    return Outcome.RIGHT, account


@transaction.atomic
def reset_password(*, account: User, password: str, request: HttpRequest) -> None:
    """Replace the password: every session ends, no open code works, both contacts are told."""
    account.set_password(password)
    account.save(update_fields=["password"])
    codes.close_entrance(account=account)
    audit.record(
        action="accounts.reset_password",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
    )
    record_event(account=account, kind=EventKind.PASSWORD_RESET, request=request)
    tell_contacts(account=account, kind="password_reset")


def _spend(identifier: Identifier, purpose: CodePurpose, client: str) -> None:
    if identifier.channel is None:
        with transaction.atomic():
            limits.spend_client(client)
            limits.spend("send_by_name", identifier.value)
    else:
        limits.spend_sending(
            account=None, channel=identifier.channel, address=identifier.value, client=client
        )
    if purpose == CodePurpose.RESET_PASSWORD:
        with transaction.atomic():
            limits.spend("reset", identifier.value)


def _send(code: Code, *, is_name: bool) -> None:
    address = codes.address_of(code)
    if is_name and limits.is_blocked(address):
        return
    with writing_to(code.account):
        queue_rendered(
            channel=Channel(code.channel),
            to=address,
            kind=codes.KIND,
            reference=code.key,
            purpose=code.purpose,
        )


def _still_holds(account: User, channel: Channel, address: str, purpose: CodePurpose) -> bool:
    """Whether the address is the account's contact, or becomes it: the code came from there."""
    bound = binding.bound_address(account, channel)
    if bound or purpose != CodePurpose.RESET_PASSWORD:
        return bound == address
    try:
        with transaction.atomic():
            binding.bind(account=account, channel=channel, address=address)
    except IntegrityError:
        return False
    return True
