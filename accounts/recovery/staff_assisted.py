"""Recovery with the help of staff, for people who have lost all contacts.

The person names no account. They confirm a new contact with a code, and show another code to a
member of staff, who finds the account through the student's record. The old contacts can object
for a day. Then the new contact is the only one, and the password is replaced with a code sent to
it. Everything that may be forgotten or lost with the phone is removed: password, second factors,
security questions.
"""

from collections.abc import Callable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.codes import messages
from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.contacts.alerts import alert_contacts
from accounts.identifiers.services import Identifier, owner_of
from accounts.languages.services import writing_to
from accounts.models import Code, EventKind, Rescue, SecurityAnswer, Topic, User
from accounts.notices.services import NoticeText, notify
from accounts.password_state import lock_account
from accounts.recovery.closing import close_entrances
from accounts.security_log import record_event
from accounts.short_codes import draw_code, grouped, typed_code
from accounts.signals import account_rescued
from accounts.sweep import for_each
from audit.services import record_action
from database.clock import database_now
from delivery.masking import masked
from delivery.models import Channel
from delivery.services import queue_content
from vault import cipher
from vault.lookup import keyed_hash

CODE_LENGTH = 8
CODE_TTL = timedelta(days=1)
OBJECTION_TIME = timedelta(hours=24)
RETENTION = timedelta(days=90)  # kept this long for enquiries
OBJECTED = "rescue_objected"
OBJECTED_TEXT = NoticeText(
    Topic.WORK,
    _("An old contact objects"),
    _("You helped someone recover an account. The person at its old contact says it was not them."),
)
# Whether an account is still what the member of staff saw the person for; known to an upper app.
Basis = Callable[[Rescue], bool]
_bases: list[Basis] = []
PENDING = Q(objected_at=None, failed_at=None, done_at=None)


class ContactHasAccountError(Exception):
    """The new contact belongs to an account already; its owner can sign in with it."""


class UnknownCodeError(Exception):
    """The code is wrong or has expired."""


class NotOpenError(Exception):
    """The account cannot be recovered this way now: it is staff, or a recovery is pending."""


def register_basis(holds: Basis) -> None:
    """Let a recovery be completed only if ``holds`` returns true for it then.

    Call it in ``AppConfig.ready``.
    """
    _bases.append(holds)


def take_contact(*, code: Code, typed: str) -> tuple[Outcome, Rescue | None]:
    """The outcome of checking ``typed``; if it is right, also the recovery that this opens.

    Raises ContactHasAccountError.
    """
    outcome, used = codes.check_asked(code=code, typed=typed)
    if used is None:
        return outcome, None
    channel, address = Channel(used.channel), codes.address_of(used)
    if owner_of(Identifier(channel, address)) is not None:
        raise ContactHasAccountError
    rescue = Rescue(channel=channel)
    rescue.contact_sealed = cipher.seal(address.encode(), context=_context(rescue))
    rescue.save()
    return outcome, rescue


def new_code(*, rescue: Rescue) -> str | None:
    """The code to show at the school, replacing an earlier one; None once staff have used it."""
    code = draw_code(CODE_LENGTH)
    waiting = Rescue.objects.filter(PENDING, pk=rescue.pk, account=None)
    if not waiting.update(code_hash=_hash(code), code_expires_at=Now() + CODE_TTL):
        return None
    return grouped(code)


def open_rescue(*, account: User, code: str, desk: str, by: User) -> Rescue:
    """Start moving ``account`` to the contact confirmed for ``code``; old contacts can object.

    ``desk`` is the page of the portal where ``by`` did it. Call inside a transaction. Raises
    UnknownCodeError, NotOpenError.
    """
    if not account.is_student or not account.is_active or account.pk == by.pk:
        raise NotOpenError
    waiting = Rescue.objects.filter(
        PENDING, code_hash=_hash(code), code_expires_at__gt=Now(), account=None
    )
    rescue = waiting.select_for_update().first()
    if rescue is None:
        raise UnknownCodeError
    rescue.account, rescue.opened_by, rescue.desk = account, by, desk
    rescue.code_hash, rescue.due_at = None, database_now() + OBJECTION_TIME
    try:
        with transaction.atomic():
            rescue.save()
    except IntegrityError as error:
        raise NotOpenError from error
    record_event(account=account, kind=EventKind.RESCUE_OPENED)
    _tell_old_contacts(account, rescue)
    return rescue


def open_to_objection(*, key: str) -> Rescue | None:
    """The recovery with this key, while its old contacts can object."""
    return Rescue.objects.filter(PENDING, key=key, account__isnull=False).first()


@transaction.atomic
def object_to(*, rescue: Rescue) -> bool:
    """Stop the recovery and notify the member of staff; False if it is decided already."""
    if rescue.account is None:
        raise ValueError("a recovery without an account cannot be objected to")
    account = lock_account(rescue.account.pk)
    if not Rescue.objects.filter(PENDING, pk=rescue.pk).update(objected_at=Now()):
        return False
    close_entrances(account=account)
    _write("object_to_rescue", account)
    record_event(account=account, kind=EventKind.RESCUE_STOPPED)
    if rescue.opened_by is not None:
        notify(account=rescue.opened_by, kind=OBJECTED, path=rescue.desk)
    return True


def stop_pending(*, account: User) -> None:
    """Stop pending recoveries of ``account``, because an old contact was just used."""
    pending = Rescue.objects.filter(PENDING, account=account)
    for_each(list(pending.select_related("account", "opened_by")), _stop)
    # One that failed on the way, perhaps in telling the member of staff, must not go on.
    pending.update(objected_at=Now())


def restart_objection_periods() -> int:
    """Restart the objection period of every pending recovery; returns how many.

    For use after a backup was restored: objections made since are lost. Codes for the school are
    voided.
    """
    unopened = Rescue.objects.filter(PENDING, account=None).exclude(code_hash=None)
    unopened.update(code_hash=None, code_expires_at=None)
    waiting = Rescue.objects.filter(PENDING, account__isnull=False).select_related("account")
    waiting.update(due_at=Now() + OBJECTION_TIME)
    for_each(waiting, _tell_again)
    return len(waiting)


def finish_due() -> int:
    """Complete every recovery whose objection period is over.

    Returns how many were completed or have failed.
    """
    due = Rescue.objects.filter(PENDING, due_at__lte=Now()).values_list("pk", flat=True)
    return for_each(due, _finish)


def forget_old() -> None:
    """Delete recoveries that never reached a school, and those decided long ago."""
    Rescue.objects.filter(account=None, created_at__lt=Now() - CODE_TTL * 2).delete()
    Rescue.objects.filter(~PENDING, created_at__lt=Now() - RETENTION).delete()


def contact_of(rescue: Rescue) -> str:
    """The new contact, masked for display."""
    return masked(rescue.channel, _address_of(rescue))


def _stop(rescue: Rescue) -> bool:
    return object_to(rescue=rescue)


@transaction.atomic
def _tell_again(rescue: Rescue) -> None:
    if rescue.account is not None:
        _tell_old_contacts(rescue.account, rescue)


@transaction.atomic
def _finish(pk: int) -> bool:
    named = Rescue.objects.filter(PENDING, pk=pk).values_list("account_id", flat=True).first()
    if named is None:
        return False
    account = lock_account(named)  # the same lock order as in object_to
    rescue = Rescue.objects.select_for_update(of=["self"]).filter(PENDING, pk=pk).first()
    if rescue is None:
        return False
    # No staff role was accepted meanwhile, and the record did not leave the account.
    is_open = account.is_active and account.is_student and all(holds(rescue) for holds in _bases)
    if not is_open or not _move_to_new_contact(account, rescue):
        Rescue.objects.filter(pk=pk).update(failed_at=Now())
        return True
    Rescue.objects.filter(pk=pk).update(done_at=Now())
    _write("finish_rescue", account)
    account_rescued.send(User, account=account, by=rescue.opened_by)
    link = settings.SITE_URL + reverse("account_reset_password")
    with writing_to(account):
        content = messages.letter("rescue_done", Channel(rescue.channel), {"link": link})
        queue_content(
            to=_address_of(rescue), content=content, purpose="rescue_done", account_id=account.pk
        )
    return True


def _move_to_new_contact(account: User, rescue: Rescue) -> bool:
    """Make the new contact the only one; False if another account has it by now."""
    channel = Channel(rescue.channel)
    try:
        with transaction.atomic():
            for other in set(Channel) - {channel}:
                contacts.release(account=account, channel=other)
            contacts.bind(account=account, channel=channel, address=_address_of(rescue))
    except IntegrityError:
        return False
    account.refresh_from_db()
    account.set_unusable_password()
    account.save(update_fields=["password"])
    close_entrances(account=account)
    Authenticator.objects.filter(user=account).delete()
    SecurityAnswer.objects.filter(account=account).delete()
    return True


def _tell_old_contacts(account: User, rescue: Rescue) -> None:
    link = settings.SITE_URL + reverse("accounts:stop_rescue", args=[rescue.key])
    if rescue.due_at is None:
        raise ValueError("an opened rescue has its time")
    with writing_to(account):
        moment = date_format(timezone.localtime(rescue.due_at), "DATETIME_FORMAT")
    alert_contacts(
        account=account,
        kind="rescue_asked",
        params={"moment": moment, "link": link, "key": rescue.key.hex},
    )


def _write(act: str, account: User) -> None:
    record_action(
        action=f"accounts.{act}",
        actor_id=None,
        subject_type="account",
        subject_key=account.key,
    )


def _address_of(rescue: Rescue) -> str:
    return cipher.unseal(bytes(rescue.contact_sealed), context=_context(rescue)).decode()


def _context(rescue: Rescue) -> str:
    return f"rescue-contact:{rescue.key}"


def _hash(code: str) -> bytes:
    return keyed_hash("rescue-code", typed_code(code))
