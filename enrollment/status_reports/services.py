"""Issuing, extending, revoking and opening status reports."""

import json
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.limits import rate_limits
from accounts.models import LimitHit, User
from audit.services import record_action
from database.clock import database_now
from delivery.task_queue import enqueue_after_commit
from enrollment.fields.catalogue import FIELDS
from enrollment.models import FieldChange, StatusReport, StudentRecord
from enrollment.records.freezing import RecordFrozenError
from enrollment.records.withholding import refuse_withheld
from enrollment.status_page.cards import Card
from enrollment.status_reports import tasks
from vault.cipher import seal, unseal

MAX_DAYS = 180
# Fields whose later change is told to a reader of the report.
STATED = tuple(field.name for field in FIELDS if field.stated)


class RecordChangedError(Exception):
    """The record was changed since it was read: a report would state what it was before."""


def issue_report(
    *, card: Card, account: User, purpose: str, language: str, days: int, pin: str
) -> StatusReport:
    """Issue a report of ``card`` valid for ``days``; its file is printed in the background.

    Raises enrollment.records.freezing.RecordFrozenError, also where the record has left the
    account meanwhile, RecordChangedError, enrollment.records.withholding.RecordWithheldError and
    accounts.limits.uses.LimitReachedError.
    """
    now = database_now()
    report = StatusReport(
        record=card.record,
        account=account,
        purpose=purpose,
        language=language,
        version=card.record.version,
        pin_hash=make_password(pin) if pin else "",
        issued_at=now,
        valid_until=now + timedelta(days=days),
    )
    facts = json.dumps(_facts(card, report), ensure_ascii=False).encode()
    report.facts_sealed = seal(facts, context=f"status-report:{report.key}")
    with transaction.atomic():
        if _lock_held(card.record, account).version != card.record.version:
            raise RecordChangedError
        rate_limits.consume("issue_report", f"account:{account.pk}")
        report.save(force_insert=True)
        _write("issue_report", report, account)
        enqueue_after_commit(tasks.print_status_report, report.pk)
    return report


def extend_report(*, report: StatusReport, account: User, days: int) -> bool:
    """Make ``report`` valid for ``days`` from now; False if it was revoked.

    Raises RecordFrozenError and RecordWithheldError, as ``issue_report`` does.
    """
    with transaction.atomic():
        _lock_held(report.record, account)
        until = database_now() + timedelta(days=days)
        living = StatusReport.objects.filter(pk=report.pk, revoked_at=None)
        if not living.update(valid_until=until):
            return False
        _write("extend_report", report, account)
    return True


def revoke_report(*, report: StatusReport, account: User) -> None:
    """Revoke ``report``; revoking it again changes nothing."""
    with transaction.atomic():
        living = StatusReport.objects.filter(pk=report.pk, revoked_at=None)
        if living.update(revoked_at=Now()):
            _write("revoke_report", report, account)


def open_file(report: StatusReport) -> bytes:
    """The signed PDF. Raises FileNotFoundError (not printed yet), vault.cipher.UnsealError."""
    if not report.is_ready:
        raise FileNotFoundError
    with default_storage.open(report.stored_as) as file:
        return unseal(file.read(), context=f"status-report-file:{report.key}")


def pin_opens(report: StatusReport, pin: str, client: str) -> bool:
    """Whether ``pin`` is the report's; wrong PINs are counted per reader and per report.

    Raises accounts.limits.uses.LimitReachedError when the reader, or many readers
    together, must wait.
    """
    if not report.pin_hash:
        return True
    if not pin:
        return False
    # The attempt is counted before the PIN is compared, so that parallel attempts cannot exceed
    # the limit.
    with transaction.atomic():
        tries = [
            rate_limits.consume_for_network("report_pin", client, of=str(report.key)),
            rate_limits.consume("report_pins", str(report.key)),
        ]
    if not check_password(pin, report.pin_hash):
        return False
    LimitHit.objects.filter(pk__in=tries).delete()
    return True


def changes_since(report: StatusReport) -> list[FieldChange]:
    """Changes in the registry to what ``report`` states since its issue, oldest first."""
    changes = FieldChange.objects.filter(
        record_id=report.record_id,
        version__gt=report.version,
        field__in=STATED,
        of_another_person=False,
    )
    return list(changes.order_by("pk"))


def _facts(card: Card, report: StatusReport) -> dict[str, Any]:
    record = card.record
    return {
        "school": record.institution.name,
        **{
            field.name: _fact(field.read(record))
            for field in FIELDS
            if field.stated and not field.sealed
        },
        "certificate_type": record.certificate_type,
        "certificate_masked": card.masked_certificate,
        "purpose": report.purpose,
        "issued_on": _fact(timezone.localdate(report.issued_at)),
        "valid_until": _fact(timezone.localdate(report.valid_until)),
    }


def _lock_held(record: StudentRecord, account: User) -> StudentRecord:
    """``record``, locked, as it is now.

    Raises RecordFrozenError unless ``account`` holds it and it is not in dispute, and
    RecordWithheldError.
    """
    held = StudentRecord.objects.select_for_update(of=("self",)).filter(
        pk=record.pk, holder=account, frozen_at=None
    )
    locked = held.first()
    if locked is None:
        raise RecordFrozenError
    refuse_withheld(locked)
    return locked


def _fact(value: Any) -> Any:
    """A value as JSON keeps it; None becomes an empty text."""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _write(act: str, report: StatusReport, account: User) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=account.pk,
        subject_type="record",
        subject_key=report.record.key,
        institution_code=report.record.institution.code,
        detail={"report": str(report.key)},
    )
