"""Objections to a claim, made from a phone in the registry and decided by a registrar."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify, notify_all
from accounts.password_state import lock_account
from audit.services import record_action
from enrollment.models import StudentRecord
from enrollment.offices import registrars_of
from enrollment.queries import institutions_of
from verification.claims.alerts import OBJECTION_DAYS
from verification.claims.ending import end_claims
from verification.disputes.records import freeze, lock_number, thaw
from verification.models import Claim, ClaimAlert


def open_alert(key: UUID) -> ClaimAlert | None:
    """The alert with this key, while its claim can be objected to."""
    since = Now() - timedelta(days=OBJECTION_DAYS)
    alerts = ClaimAlert.objects.filter(key=key, made_at__gt=since, objected_at=None)
    return alerts.select_related("account", "record__institution").first()


def object_to_claim(alert: ClaimAlert) -> bool:
    """Freeze the account's records at this school until a registrar decides.

    Returns False if an objection was made already, or if the account holds nothing there now.
    """
    with transaction.atomic():
        _lock_person(alert)
        waiting = ClaimAlert.objects.filter(pk=alert.pk, objected_at=None)
        if not held_records(alert).exists() or not waiting.update(objected_at=Now()):
            return False
        freeze(list(held_records(alert)))
        _note("object_to_claim", alert)
        registrars = registrars_of(alert.institution_code)
        path = reverse("verification:claim_objection", args=[alert.key])
        notify_all(accounts=list(registrars), kind="claim_objected", path=path, always=True)
        mine = reverse("enrollment:status")
        notify(account=alert.account, kind="claim_questioned", path=mine, always=True)
    return True


def objections_visible_to(user: User) -> QuerySet[ClaimAlert]:
    """Objections about records of this registrar's institutions, undecided ones first."""
    codes = institutions_of(user).values("code")
    found = ClaimAlert.objects.filter(institution_code__in=codes, objected_at__isnull=False)
    return found.select_related("record__school_class", "account").order_by(
        "-settled_at", "-objected_at"
    )


def settle_objection(*, alert: ClaimAlert, taken_back: bool, reason: str, by: User) -> bool:
    """End the claim (``taken_back``) or keep it; False if it was decided already."""
    with transaction.atomic():
        _lock_person(alert)
        waiting = ClaimAlert.objects.filter(pk=alert.pk, objected_at__isnull=False, settled_at=None)
        if not waiting.update(settled_at=Now(), settled_by=by, taken_back=taken_back):
            return False
        certificate = bytes(alert.record.certificate_hash)
        if taken_back:
            end_claims(
                Claim.objects.filter(
                    account=alert.account,
                    certificate_hash=certificate,
                    institution_code=alert.institution_code,
                )
            )
            lock_number(certificate, alert.institution_code)
            held_records(alert).update(holder=None, claimed_at=None, withheld_until=None)
        thaw(certificate, alert.institution_code)
        _note("settle_objection", alert, by, reason, {"taken_back": taken_back})
        kind = "claim_taken_back" if taken_back else "claim_upheld"
        notify(account=alert.account, kind=kind, path=reverse("enrollment:status"), always=True)
    return True


def _lock_person(alert: ClaimAlert) -> None:
    """Lock the account, and read the record's number again: it may have been corrected."""
    lock_account(alert.account_id)
    alert.record.refresh_from_db(fields=["certificate_hash"])


def held_records(alert: ClaimAlert) -> QuerySet[StudentRecord]:
    """Records of the alert's person that the account holds at the alert's school."""
    return StudentRecord.objects.filter(
        institution__code=alert.institution_code,
        certificate_hash=alert.record.certificate_hash,
        holder=alert.account,
    )


def _note(
    act: str,
    alert: ClaimAlert,
    by: User | None = None,
    reason: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    record_action(
        action=f"verification.{act}",
        actor_id=by.pk if by else None,
        subject_type="record",
        subject_key=alert.record.key,
        institution_code=alert.institution_code,
        reason=reason,
        detail=detail,
    )
