"""Binding a phone or an e-mail address to the account by a code (guide rows 37 to 45)."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts import codes, letters, limits
from accounts.codes import Outcome
from accounts.contact_checks import note_contact
from accounts.languages import writing_to
from accounts.models import Code, CodePurpose, ContactChange, EventKind, User
from accounts.security_log import record_event
from accounts.signals import phone_confirmed
from audit import services as audit
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel
from delivery.services import queue_content, queue_rendered
from vault import cipher

PURPOSES = {Channel.SMS: CodePurpose.BIND_PHONE, Channel.EMAIL: CodePurpose.BIND_EMAIL}
UNDO_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Contact:
    """A confirmed way to reach the account, as its page shows it."""

    channel: Channel
    masked: str


def bound_contact(*, account: User, channel: Channel) -> Contact | None:
    """The confirmed phone or primary e-mail address of ``account``."""
    address = bound_address(account, channel)
    return Contact(channel, masked(channel, address)) if address else None


def is_bound(*, account: User, channel: Channel, address: str) -> bool:
    """Whether ``address`` is the contact that ``account`` has bound."""
    return bound_address(account, channel) == address


def masked(channel: Channel, address: str) -> str:
    """``address`` as a page may show it."""
    return masked_phone(address) if channel == Channel.SMS else masked_email(address)


def request_code(*, account: User, channel: Channel, address: str, client: str) -> None:
    """Send a code to ``address`` (E.164, or a lower-case mailbox).

    Where the address is bound to another account nothing differs for the
    asker; its owner is told instead (T4). Raises limits.LimitReachedError.
    """
    limits.spend_sending(account=account, channel=channel, address=address, client=client)
    owner = _other_owner(account, channel, address)
    with transaction.atomic(), writing_to(owner or account):
        code = open_code(account=account, channel=channel, address=address)
        queue_rendered(
            channel=channel,
            to=address,
            kind=codes.KIND,
            reference=code.key,
            purpose=PURPOSES[channel],
            account_id=account.pk,
        )


def open_code(*, account: User, channel: Channel, address: str) -> Code:
    """The code that binds ``address``, sent or not; call inside a transaction."""
    return codes.open_code(
        account=account,
        purpose=PURPOSES[channel],
        channel=channel,
        address=address,
        is_decoy=_other_owner(account, channel, address) is not None,
    )


def confirm_binding(*, account: User, channel: Channel, typed: str) -> Outcome:
    """Bind the address whose code was ``typed``; the contact it replaces is told.

    An address that another account has bound meanwhile reads as OVER: the
    database lets one account have it. Raises limits.LimitReachedError.
    """
    with transaction.atomic():
        limits.spend("try_code", f"account:{account.pk}")
    outcome, code = codes.check(account=account, purpose=PURPOSES[channel], typed=typed)
    if code is None:
        return outcome
    address = codes.address_of(code)
    try:
        with transaction.atomic():
            bind(account=account, channel=channel, address=address)
    except IntegrityError:
        return Outcome.OVER
    return Outcome.RIGHT


def undoable_change(key: str) -> ContactChange | None:
    """The change a link names, while it can be undone."""
    return (
        ContactChange.objects.filter(key=key, undone_at__isnull=True, made_at__gt=Now() - UNDO_LIFE)
        .select_related("account")
        .first()
    )


@transaction.atomic
def undo_change(*, change: ContactChange) -> bool:
    """Put the old contact back and sign everyone out; False when it is too late.

    The password is made unusable: whoever changed the contact knew it.
    """
    undone = ContactChange.objects.filter(
        pk=change.pk, undone_at__isnull=True, made_at__gt=Now() - UNDO_LIFE
    )
    if not undone.update(undone_at=Now()):
        return False
    account = change.account
    _put_back_others(change)
    _set_contact(account, Channel(change.channel), _old_address(change))
    account.set_unusable_password()
    account.save(update_fields=["password"])
    audit.record(
        action="accounts.undo_contact_change",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"channel": change.channel},
    )
    record_event(account=account, kind=EventKind.CONTACT_RESTORED)
    return True


def bind(*, account: User, channel: Channel, address: str) -> None:
    """Make ``address``, which the owner has just shown to read, a contact of ``account``.

    Call inside a transaction. Raises IntegrityError where another account has it.
    """
    User.objects.select_for_update(no_key=True).get(pk=account.pk)
    old = bound_address(account, channel)
    _set_contact(account, channel, address)
    if old != address:
        _keep_old_contact(account, channel, old)
    audit.record(
        action="accounts.bind_contact",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"channel": channel, "replaced": bool(old and old != address)},
    )
    record_event(account=account, kind=EventKind.CONTACT_BOUND)
    note_contact(account=account, channel=channel)


def release(*, account: User, channel: Channel) -> None:
    """Leave ``account`` without a contact of this kind; the one it had can undo it.

    Call inside a transaction.
    """
    if old := bound_address(account, channel):
        _clear_contact(account, channel)
        _keep_old_contact(account, channel, old)


def _put_back_others(change: ContactChange) -> None:
    """Undo what was changed of the other contacts: whoever took one may have bound another."""
    recent = ContactChange.objects.filter(
        account=change.account, undone_at__isnull=True, made_at__gt=Now() - UNDO_LIFE
    )
    for other in recent.exclude(channel=change.channel).order_by("-pk"):
        old, channel = _old_address(other), Channel(other.channel)
        if old and _other_owner(change.account, channel, old) is None:
            _set_contact(change.account, channel, old)
        else:
            _clear_contact(change.account, channel)
    recent.update(undone_at=Now())


def _clear_contact(account: User, channel: Channel) -> None:
    if channel == Channel.SMS:
        User.objects.filter(pk=account.pk).update(phone=None, phone_confirmed_at=None)
        return
    EmailAddress.objects.filter(user=account).delete()
    User.objects.filter(pk=account.pk).update(email="")


def _set_contact(account: User, channel: Channel, address: str) -> None:
    if channel == Channel.SMS:
        User.objects.filter(pk=account.pk).update(phone=address, phone_confirmed_at=Now())
        phone_confirmed.send(User, account=account, phone=address)
        return
    kept, _ = EmailAddress.objects.get_or_create(user=account, email=address)
    EmailAddress.objects.filter(user=account).exclude(pk=kept.pk).delete()
    EmailAddress.objects.filter(pk=kept.pk).update(verified=True, primary=True)
    User.objects.filter(pk=account.pk).update(email=address)


def _keep_old_contact(account: User, channel: Channel, old: str) -> None:
    """Note what was bound before, which may be nothing, and tell it how to undo the change."""
    change = ContactChange(account=account, channel=channel)
    change.old_sealed = cipher.seal(old.encode(), context=_context(change))
    change.save(force_insert=True)
    if not old:
        return
    link = settings.SITE_URL + reverse("accounts:undo_change", args=[change.key])
    with writing_to(account):
        content = letters.letter("contact_changed", channel, {"link": link})
        queue_content(to=old, content=content, purpose="contact_changed")


def bound_address(account: User, channel: Channel) -> str:
    """The confirmed phone (E.164) or primary mailbox of ``account``; empty when there is none."""
    if channel == Channel.SMS:
        phone = User.objects.filter(pk=account.pk, phone_confirmed_at__isnull=False)
        return str(phone.values_list("phone", flat=True).first() or "")
    mailbox = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary")
    return mailbox.values_list("email", flat=True).first() or ""


def _other_owner(account: User, channel: Channel, address: str) -> User | None:
    """Another account to which ``address`` is bound."""
    others = User.objects.exclude(pk=account.pk)
    if channel == Channel.SMS:
        return others.filter(phone=address, phone_confirmed_at__isnull=False).first()
    return others.filter(emailaddress__email=address, emailaddress__verified=True).first()


def _old_address(change: ContactChange) -> str:
    return cipher.unseal(bytes(change.old_sealed), context=_context(change)).decode()


def _context(change: ContactChange) -> str:
    return f"contact-change:{change.key}"
