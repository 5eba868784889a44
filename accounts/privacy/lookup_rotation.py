"""Keyed hashes of accounts and their source values, for ``rotate_lookup``."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.db.models.functions import Now

from accounts import security_log
from accounts.codes import services as codes
from accounts.identifiers.email_addresses import mailbox_of
from accounts.models import (
    Code,
    Rescue,
    SecurityEvent,
    Session,
    StaffAdmission,
    User,
)
from accounts.requests.client_network import network_of
from vault.lookup_rotation import (
    delete,
    forget,
    register_act,
    register_hash,
    register_values,
)


def mailboxes() -> Iterator[str]:
    """Every e-mail address of an account."""
    for address in EmailAddress.objects.values_list("email", flat=True).iterator():
        yield address.strip().lower()
    for address in User.objects.exclude(email="").values_list("email", flat=True).iterator():
        yield address.strip().lower()


def phones() -> Iterator[str]:
    """Every phone number of an account."""
    for phone in User.objects.exclude(phone=None).values_list("phone", flat=True).iterator():
        yield phone.as_e164


def usernames() -> Iterator[str]:
    """Every username in lower case."""
    for name in User.objects.exclude(username=None).values_list("username", flat=True).iterator():
        yield str(name).lower()


def sources() -> Iterator[str]:
    """Every network address in the security log."""
    for event in SecurityEvent.objects.exclude(source_sealed=b"").iterator():
        yield security_log.source_of(event)


def _counted() -> Iterator[str]:
    """Subjects of limits and blocks: known accounts, contacts and networks."""
    for key in User.objects.values_list("pk", flat=True).iterator():
        yield f"account:{key}"
    for contact in _contacts():
        yield contact
        yield from (mailbox_of(contact), f"known:{mailbox_of(contact)}")
    yield from {network_of(source) for source in sources()}


def _contacts() -> Iterator[str]:
    yield from mailboxes()
    yield from phones()
    yield from usernames()
    for code in Code.objects.iterator():
        yield codes.address_of(code)


def _account_keys() -> Iterator[str]:
    for key in User.objects.values_list("key", flat=True).iterator():
        yield str(key)


def _close_codes() -> int:
    open_codes = Code.objects.filter(closed_at=None).update(closed_at=Now())
    Code.objects.update(address_hash=b"")
    return open_codes


def _void_staff_codes() -> int:
    waiting = StaffAdmission.objects.exclude(code_hash=None)
    return waiting.update(code_hash=None, code_expires_at=None)


def _void_rescue_codes() -> int:
    return Rescue.objects.exclude(code_hash=None).delete()[0]


def _end_sessions() -> int:
    return Session.objects.all().delete()[0]


register_values("security-log", _account_keys)
register_values("event-source", sources)
register_values("limit", _counted)
register_values("mail-recipient", mailboxes)
register_hash("accounts.SecurityEvent.person_hash", "security-log", forget(person_hash=b""))
register_hash("accounts.SecurityEvent.source_hash", "event-source", forget(source_hash=b""))
register_hash("accounts.LimitHit.subject", "limit", delete)
register_hash("accounts.Block.subject", "limit", delete)
register_hash("accounts.Block.asker_hash", "limit", delete)
register_act("open codes closed", "accounts.Code.address_hash", run=_close_codes)
register_act("set-up codes voided", "accounts.StaffAdmission.code_hash", run=_void_staff_codes)
register_act("recovery codes voided", "accounts.Rescue.code_hash", run=_void_rescue_codes)
register_act("sessions ended", "accounts.Session.session_key", run=_end_sessions)
