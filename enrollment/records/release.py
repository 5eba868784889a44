"""Releasing a record from its holder when it turns out to be another person's."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from accounts.password_state import lock_accounts
from audit.services import record_action
from enrollment.models import ImportBatch, RecordBefore, StudentRecord
from enrollment.signals import records_released


def release_records(*, keys: Sequence[int], by: User | None, cause: str) -> None:
    """Release held records before another person's certificate is written into them.

    Call it in the transaction of the change, while the old certificates are still in place; it
    has locked the records' holders (``lock_holders``) before any record.
    The claim ends, status reports are revoked (by the database), a dispute over the old
    certificate no longer freezes the record, and its history before this moment is hidden
    from the next holder: not before the beginning of the transaction, during which the old
    holder may have acted. The old holder is notified that the record is gone, without any
    data of the new person.
    """
    found = StudentRecord.objects.filter(pk__in=keys, holder__isnull=False)
    released = list(found.select_related("holder", "institution").order_by("pk"))
    if not released:
        return
    StudentRecord.objects.filter(pk__in=[record.pk for record in released]).update(
        holder=None, claimed_at=None, frozen_at=None, person_since=Now()
    )
    records_released.send(StudentRecord, records=released)
    for record in released:
        record_action(
            action="enrollment.release_record",
            actor_id=by.pk if by else None,
            subject_type="record",
            subject_key=record.key,
            institution_code=record.institution.code,
            detail={"cause": cause},
        )
    holders = {record.holder_id for record in released}
    _notify([key for key in holders if key], "record_left")


def lock_holders(records: QuerySet[StudentRecord]) -> None:
    """Lock the accounts that hold ``records``: before the records, wherever both are locked."""
    held = records.filter(holder__isnull=False)
    lock_accounts(held.values_list("holder", flat=True))


def notify_former_holders(batch: ImportBatch, keys: Sequence[int]) -> None:
    """Notify former holders that undoing ``batch`` makes their record available again.

    The record is not given back automatically: its holder must verify again. Call it before
    the records are restored.
    """
    before = RecordBefore.objects.filter(batch=batch, record__in=keys, record__holder=None)
    holders = before.values_list("row__holder_id", flat=True)
    _notify([key for key in holders if key], "record_back")


def _notify(keys: Sequence[int], kind: str) -> None:
    accounts = list(User.objects.filter(pk__in=keys, is_active=True).order_by("pk"))
    notify_all(accounts=accounts, kind=kind, path=reverse("enrollment:status"), always=True)
