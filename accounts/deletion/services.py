"""Deletion of an account (PIPL article 47): requested, delayed by a cooling period, erased.

An empty, inactive row remains, because the audit trail refers to its number. Student records
belong to the school and only lose their holder.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.consent.services import evidence_of, withdraw_consents
from accounts.contacts.alerts import alert_contacts
from accounts.languages.services import writing_to
from accounts.models import (
    Block,
    Code,
    Consent,
    ContactChange,
    ContactCheck,
    EventKind,
    Notice,
    NoticeChoice,
    Rescue,
    SecurityAnswer,
    User,
)
from accounts.security_log import forget_owner, record_event
from accounts.sessions.services import end_sessions
from accounts.signals import account_deleted
from accounts.sweep import for_each
from audit.services import record_action
from delivery.services import forget_account

# Tables whose rows are deleted with the account.
OWN_TABLES = (
    Code,
    Consent,
    ContactChange,
    ContactCheck,
    Notice,
    NoticeChoice,
    Rescue,
    SecurityAnswer,
)


class StaffAccountError(Exception):
    """The account has staff roles, which have to be given up first."""


@transaction.atomic
def ask_for_deletion(*, account: User) -> bool:
    """Start the cooling period and alert every contact; False if it is running already.

    Consents are withdrawn at once; an owner who cancels is asked for them again. Raises
    StaffAccountError.
    """
    if not account.is_student:
        raise StaffAccountError
    free = User.objects.filter(pk=account.pk, is_active=True, deletion_due_at=None)
    if not free.update(deletion_due_at=Now() + timedelta(days=settings.DELETION_DAYS)):
        return False
    withdraw_consents(account=account)
    _write("ask_for_deletion", account, actor_id=account.pk)
    record_event(account=account, kind=EventKind.DELETION_ASKED)
    _tell(account)
    return True


@transaction.atomic
def cancel_deletion(*, account: User) -> bool:
    """Cancel the deletion; False if none was requested, or it is too late."""
    waiting = User.objects.filter(
        pk=account.pk, deletion_due_at__isnull=False, deleted_at__isnull=True
    )
    if not waiting.update(deletion_due_at=None):
        return False
    _write("cancel_deletion", account, actor_id=account.pk)
    record_event(account=account, kind=EventKind.DELETION_CANCELLED)
    return True


@transaction.atomic
def restart_cooling_periods() -> int:
    """Restart every cooling period and notify the owners; returns their number.

    For use after a backup was restored: its owner may have cancelled a deletion since, so the
    account must not be erased yet.
    """
    waiting = User.objects.filter(deletion_due_at__isnull=False, deleted_at=None)
    waiting.update(deletion_due_at=Now() + timedelta(days=settings.DELETION_DAYS))
    for_each(waiting, _tell)
    return len(waiting)


def erase_due() -> int:
    """Erase every account whose cooling period is over; returns how many."""
    due = User.objects.filter(deletion_due_at__lte=Now(), deleted_at=None)
    return for_each(due.values_list("pk", flat=True), erase_account)


@transaction.atomic
def erase_account(account_id: int) -> bool:
    """Erase one account that is due; False if it was cancelled or erased meanwhile.

    An account that has received a staff role since is kept.
    """
    due = User.objects.select_for_update().filter(
        pk=account_id, deletion_due_at__lte=Now(), deleted_at=None
    )
    account = due.first()
    if account is None:
        return False
    if not account.is_student:
        User.objects.filter(pk=account.pk).update(deletion_due_at=None)
        _write(
            "keep_staff_account", account, actor_id=None
        )  # decided by the portal, not by the owner
        return False
    consents = evidence_of(account)
    account_deleted.send(User, account=account)
    end_sessions(account=account)
    forget_owner(account)
    for table in OWN_TABLES:
        table.objects.filter(account=account).delete()
    for table in (EmailAddress, Authenticator):
        table.objects.filter(user=account).delete()
    Block.objects.filter(account=account).update(account=None)
    forget_account(account_id=account.pk)
    _empty(account)
    _write("delete_account", account, actor_id=None, consents=consents)
    return True


@transaction.atomic
def _tell(account: User) -> None:
    account.refresh_from_db(fields=["deletion_due_at"])
    link = settings.SITE_URL + reverse("accounts:delete_account")
    with writing_to(account):
        days = str(settings.DELETION_DAYS)
        params = {"moment": account.deletion_due_on, "link": link, "days": days}
    alert_contacts(account=account, kind="deletion_asked", params=params)


def _empty(account: User) -> None:
    User.objects.filter(pk=account.pk).update(
        username=None,
        staff_name="",
        staff_office="",
        email="",
        phone=None,
        phone_confirmed_at=None,
        language="",
        password="",
        last_login=None,
        is_active=False,
        deleted_at=Now(),
    )


def _write(act: str, account: User, *, actor_id: int | None, **detail: object) -> None:
    record_action(
        action=f"accounts.{act}",
        actor_id=actor_id,
        subject_type="account",
        subject_key=account.key,
        detail=detail,
    )
