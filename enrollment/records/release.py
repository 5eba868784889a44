"""A record leaves the account that held it, because it is another person's."""

from collections.abc import Sequence

from django.contrib.postgres.functions import TransactionNow
from django.urls import reverse

import audit.services as trail
from accounts.models import User
from accounts.notices.services import notify_all
from enrollment.models import ImportBatch, RecordBefore, StudentRecord
from enrollment.signals import records_released


def release_records(*, keys: Sequence[int], by: User | None, cause: str) -> None:
    """Free held records before another person's certificate is written into them.

    Call it in the transaction of the change, with the old certificates still in
    place. The claim ends, reports are revoked (by the database), a dispute over
    the old certificate freezes the record no more, and what the record told of
    the old person is hidden from its next holder. The old holder learns that
    the record is gone, and nothing of the new person.
    """
    found = StudentRecord.objects.filter(pk__in=keys, holder__isnull=False)
    released = list(found.select_related("holder", "institution").order_by("pk"))
    if not released:
        return
    StudentRecord.objects.filter(pk__in=[record.pk for record in released]).update(
        holder=None, claimed_at=None, frozen_at=None, person_since=TransactionNow()
    )
    records_released.send(StudentRecord, records=released)
    for record in released:
        trail.record(
            action="enrollment.release_record",
            actor_id=by.pk if by else None,
            subject_type="record",
            subject_key=record.key,
            institution_code=record.institution.code,
            detail={"cause": cause},
        )
    holders = {record.holder_id for record in released}
    _tell([key for key in holders if key], "record_left")


def tell_former_holders(batch: ImportBatch, keys: Sequence[int]) -> None:
    """Tell the holders whose records ``batch`` gave to other people that it is undone.

    A record does not return by itself: its holder verifies once more. Call it
    before the records are restored.
    """
    before = RecordBefore.objects.filter(batch=batch, record__in=keys, record__holder=None)
    holders = before.values_list("row__holder_id", flat=True)
    _tell([key for key in holders if key], "record_back")


def _tell(keys: Sequence[int], kind: str) -> None:
    accounts = list(User.objects.filter(pk__in=keys, is_active=True).order_by("pk"))
    notify_all(accounts=accounts, kind=kind, path=reverse("enrollment:status"), always=True)
