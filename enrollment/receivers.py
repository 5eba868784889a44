"""What the registry does when an account tells something."""

from datetime import datetime

from django.db.models.functions import Now
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import (
    account_deleted,
    account_rescued,
    backup_restored,
    entrances_closed,
    phone_confirmed,
)
from enrollment.imports.tokens.services import revoke_token
from enrollment.models import Appointment, ImportToken, RuleChange, StatusReport, StudentRecord
from enrollment.records.unclaimed_progress import note_registered
from enrollment.records.withholding import end_of_delay, withhold


@receiver(phone_confirmed, dispatch_uid="enrollment-note-registered")
def see_who_has_registered(*, phone: str, **_: object) -> None:
    """The class board shows that somebody with the phone of a record has an account."""
    note_registered(phone=phone)


@receiver(account_rescued, dispatch_uid="enrollment-account-rescued")
def wait_for_a_second_person(*, account: User, **_: object) -> None:
    """One member of staff gave the account back: what is most private stays closed for a while."""
    withhold(account=account, until=end_of_delay())


@receiver(account_deleted, dispatch_uid="enrollment-account-deleted")
def let_go_of_records(*, account: User, **_: object) -> None:
    """The records stay with the school, held by nobody; reports that were issued are revoked."""
    StudentRecord.objects.filter(holder=account).update(holder=None, claimed_at=None)
    StatusReport.objects.filter(account=account, revoked_at=None).update(revoked_at=Now())


@receiver(entrances_closed, dispatch_uid="enrollment-entrances-closed")
def revoke_what_was_issued(*, account: User, since: datetime | None, **_: object) -> None:
    """Import tokens and reports that somebody else made as the owner are revoked."""
    if since is None:
        return
    for token in ImportToken.objects.filter(created_by=account, created_at__gte=since):
        revoke_token(token=token, by=account)
    issued = StatusReport.objects.filter(account=account, issued_at__gte=since)
    issued.filter(revoked_at=None).update(revoked_at=Now())


@receiver(backup_restored, dispatch_uid="enrollment-backup-restored")
def close_what_waits(**_: object) -> dict[str, int]:
    """Close what was perhaps revoked, withdrawn or refused since the backup: it is open in it."""
    appointments = Appointment.objects.filter(answered_at=None)
    changes = RuleChange.objects.filter(accepted=None)
    return {
        "tokens": ImportToken.objects.filter(revoked_at=None).update(revoked_at=Now()),
        "appointments": appointments.update(answered_at=Now(), accepted=False),
        "rule_changes": changes.update(accepted=False, decided_at=Now()),
    }
