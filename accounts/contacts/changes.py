"""Changes of contacts and username, which can be undone by a link for one day."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from accounts.codes import messages
from accounts.languages.services import writing_to
from accounts.models import ChangeKind, ContactChange, User
from delivery.models import Channel
from delivery.services import queue_content
from vault import cipher

UNDO_TTL = timedelta(hours=24)
Address = tuple[Channel, str]


def record_change(
    *,
    account: User,
    kind: ChangeKind,
    old: str,
    others: Iterable[Address],
    reauthenticated: bool = True,
) -> None:
    """Store the ``old`` value (may be empty) and send the undo link to it and to ``others``.

    Call inside the transaction of the change.
    """
    change = ContactChange(account=account, kind=kind, reauthenticated=reauthenticated)
    change.old_sealed = cipher.seal(old.encode(), context=_context(change))
    change.save(force_insert=True)
    link = settings.SITE_URL + reverse("accounts:undo_change", args=[change.key])
    if old and kind != ChangeKind.USERNAME:
        _send("contact_changed", account, (Channel(kind), old), link, change)
    for other in others:
        _send("entrance_changed", account, other, link, change)


def recent_changes(account: User) -> QuerySet[ContactChange]:
    """The changes of ``account`` that can still be undone, newest first."""
    recent = ContactChange.objects.filter(undone_at__isnull=True, made_at__gt=Now() - UNDO_TTL)
    return recent.filter(account=account).order_by("-pk")


def find_change(key: str) -> ContactChange | None:
    """The change with this key, until its link expires."""
    living = ContactChange.objects.filter(key=key, made_at__gt=Now() - UNDO_TTL)
    return living.select_related("account").first()


def old_value(change: ContactChange) -> str:
    """The value before the change: E.164 number, e-mail address or username; may be empty."""
    return cipher.unseal(bytes(change.old_sealed), context=_context(change)).decode()


def is_proved(account: User, channel: Channel) -> bool:
    """Whether the contact was bound after the password had been confirmed."""
    newest = ContactChange.objects.filter(account=account, kind=channel, undone_at=None)
    change = newest.order_by("-pk").first()
    return change is None or change.reauthenticated


def close_changes(account: User) -> None:
    """Make earlier changes final: contacts bound before are not the owner's."""
    ContactChange.objects.filter(account=account, undone_at=None).update(undone_at=Now())


def _send(kind: str, account: User, to: Address, link: str, change: ContactChange) -> None:
    channel, address = to
    with writing_to(account):
        content = messages.letter(kind, channel, {"link": link, "key": change.key.hex})
        queue_content(to=address, content=content, purpose=kind, account_id=account.pk)


def _context(change: ContactChange) -> str:
    return f"contact-change:{change.key}"
