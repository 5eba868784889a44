"""Receivers of account signals: what the registry changes with an account."""

from datetime import datetime

from django.db.models.functions import Now
from django.dispatch import receiver
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from accounts.signals import (
    account_deleted,
    account_rescued,
    backup_restored,
    entrances_closed,
    phone_confirmed,
)
from enrollment.imports.tokens.services import revoke_token
from enrollment.institutions.reviews.services import close_and_review
from enrollment.jobs.releases import end_releases
from enrollment.models import (
    Appointment,
    ImportToken,
    RuleChange,
    StatusReport,
    StudentRecord,
)
from enrollment.records.unclaimed_progress import note_registered
from enrollment.records.withholding import end_of_delay, withhold


@receiver(phone_confirmed, dispatch_uid="enrollment-note-registered")
def see_who_has_registered(*, phone: str, **_: object) -> None:
    """Mark records on the class board whose phone an account has confirmed."""
    note_registered(phone=phone)


@receiver(account_rescued, dispatch_uid="enrollment-account-rescued")
def wait_for_a_second_person(*, account: User, **_: object) -> None:
    """Withhold the most private parts after an account was recovered by staff.

    One member of staff alone decided about the account; a second person must approve, or a
    delay pass.
    """
    withhold(account=account, until=end_of_delay())


@receiver(account_deleted, dispatch_uid="enrollment-account-deleted")
def let_go_of_records(*, account: User, **_: object) -> None:
    """Release the account's records to the school and revoke its status reports."""
    StudentRecord.objects.filter(holder=account).update(holder=None, claimed_at=None)
    StatusReport.objects.filter(account=account, revoked_at=None).update(revoked_at=Now())


@receiver(entrances_closed, dispatch_uid="enrollment-entrances-closed")
def revoke_what_was_issued(*, account: User, since: datetime | None, **_: object) -> None:
    """Revoke import tokens and the reports made since ``since``; have acts on roles reviewed.

    Files that the account has released and no worker has begun wait for a release again.

    The account was in another person's hands, who may have had its password long before
    ``since``: a token lasts for months, so every token of the account ends. Without ``since``
    nothing is revoked.
    """
    if since is None:
        return
    end_releases(account)
    for token in ImportToken.objects.filter(created_by=account, revoked_at=None):
        revoke_token(token=token, by=account)
    close_and_review(account)
    issued = StatusReport.objects.filter(account=account, issued_at__gte=since)
    issued.filter(revoked_at=None).update(revoked_at=Now())


@receiver(backup_restored, dispatch_uid="enrollment-backup-restored")
def close_what_waits(**_: object) -> dict[str, int]:
    """Revoke tokens and reports, close open appointments, rule changes and releases of files.

    They may have been revoked, withdrawn or refused since the backup was made.
    """
    valid = StatusReport.objects.filter(revoked_at=None, valid_until__gt=Now())
    issuers = list(User.objects.filter(pk__in=valid.values("account"), is_active=True))
    notify_all(
        accounts=issuers,
        kind="reports_revoked",
        path=reverse("enrollment:status"),
    )
    appointments = Appointment.objects.filter(answered_at=None)
    changes = RuleChange.objects.filter(accepted=None)
    return {
        "reports": valid.update(revoked_at=Now()),
        "tokens": ImportToken.objects.filter(revoked_at=None).update(revoked_at=Now()),
        "appointments": appointments.update(answered_at=Now(), accepted=False),
        "rule_changes": changes.update(accepted=False, decided_at=Now()),
        # A release may have been published and undone since: it needs a person once more.
        **end_releases(),
    }
