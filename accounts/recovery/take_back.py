"""Taking an account back from an intruder, in one act.

It is performed by the undo link of a changed contact and from the security page. Recent changes
are undone, second factors and security questions are removed, every session, code and
grant ends, and a new password is chosen with a code sent to an earlier contact.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.codes import messages
from accounts.contacts import services as contacts
from accounts.contacts.alerts import alert_contacts
from accounts.contacts.changes import UNDO_TTL, Address, close_changes, old_value, recent_changes
from accounts.deletion import services as deletion
from accounts.languages.services import writing_to
from accounts.models import (
    ChangeKind,
    ContactChange,
    EventKind,
    SecurityAnswer,
    User,
)
from accounts.password_state import lock_account, lock_unchanged
from accounts.recovery import staff_assisted
from accounts.recovery.closing import close_entrances
from accounts.security_log import record_event
from audit.services import record_action
from database.clock import database_now
from delivery.models import Channel
from delivery.services import queue_content


@dataclass(frozen=True)
class TakenBack:
    """The result: contacts that another account has by now, and whether any contact remains."""

    taken: tuple[Channel, ...]
    is_reachable: bool


@transaction.atomic
def undo_change(*, change: ContactChange) -> TakenBack | None:
    """Take the account back with the link of ``change``; None if it is undone or too old."""
    account = lock_account(change.account_id)
    if not recent_changes(account).filter(pk=change.pk).exists():
        return None
    return _take_back(account)


@transaction.atomic
def take_back(*, account: User) -> TakenBack:
    """Take the account back for its signed-in owner. Raises PasswordReplacedError."""
    return _take_back(lock_unchanged(account))


def drop_other_contacts(*, account: User, keep: Channel) -> None:
    """Unbind contacts bound before ``keep`` was confirmed, and alert them.

    Call inside a transaction that holds the account's lock. Earlier changes can no longer be
    undone, because the links went to the removed contacts.
    """
    others = [known for known in contacts.contacts_of(account) if known[0] != keep]
    for channel, _address in others:
        contacts.clear_contact(account, channel)
    User.objects.filter(pk=account.pk).update(username=None)
    close_changes(account)
    _tell_removed(account, others)


def _take_back(account: User) -> TakenBack:
    since, before = database_now() - UNDO_TTL, contacts.contacts_of(account)
    restored = {ChangeKind(change.kind): old_value(change) for change in recent_changes(account)}
    taken = [kind for kind, old in restored.items() if not _restore(account, kind, old)]
    recent_changes(account).update(undone_at=Now())
    account.refresh_from_db()
    account.set_unusable_password()
    account.save(update_fields=["password"])
    _remove_factors(account)
    deletion.cancel_deletion(account=account)
    staff_assisted.stop_pending(account=account)
    close_entrances(account=account, since=since)
    record_action(
        action="accounts.take_back",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"changes": sorted(restored)},
    )
    record_event(account=account, kind=EventKind.CONTACT_RESTORED)
    old = [(Channel(kind), old) for kind, old in restored.items() if kind != ChangeKind.USERNAME]
    _tell(account, [*before, *(known for known in old if known[1])])
    return TakenBack(tuple(map(Channel, taken)), bool(contacts.contacts_of(account)))


def _restore(account: User, kind: ChangeKind, old: str) -> bool:
    """Restore ``old``; False, leaving no contact, if another account has it by now."""
    if kind == ChangeKind.USERNAME:
        _restore_username(account, old)
        return True
    channel = Channel(kind)
    contacts.clear_contact(account, channel)
    if not old:
        return True
    try:
        with transaction.atomic():
            contacts.set_contact(account, channel, old)
    except IntegrityError:
        return False
    return True


def _restore_username(account: User, old: str) -> None:
    row = User.objects.filter(pk=account.pk)
    row.update(username=None)
    if old and not User.objects.filter(username__iexact=old).exists():
        row.update(username=old)


def _remove_factors(account: User) -> None:
    """Remove all factors and questions: an intruder may have added them long before the change."""
    Authenticator.objects.filter(user=account).delete()
    SecurityAnswer.objects.filter(account=account).delete()


def _tell(account: User, known: Iterable[Address]) -> None:
    """Alert the current contacts how to continue, and the removed ones that they are unbound."""
    link = settings.SITE_URL + reverse("account_reset_password")
    alert_contacts(account=account, kind="taken_back", params={"link": link})
    now = contacts.contacts_of(account)
    _tell_removed(account, [one for one in dict.fromkeys(known) if one not in now])


def _tell_removed(account: User, removed: Iterable[Address]) -> None:
    for channel, address in removed:
        with writing_to(account):
            content = messages.letter("contact_removed", channel, {})
            queue_content(to=address, content=content, purpose="contact_removed")
