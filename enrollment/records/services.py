"""Claiming records, and access to them that is written to the audit trail."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.privacy.personal_data import record_access
from audit.services import record_action
from enrollment.identity.number import mask_number
from enrollment.models import ImportBatch, StudentRecord
from enrollment.records.sealed import certificate_number


class RecordHeldError(Exception):
    """One of the records is frozen or held by another account; nothing was changed."""


def claim_records(
    *,
    account: User,
    records: Sequence[StudentRecord],
    withheld_until: datetime | None = None,
) -> None:
    """Make ``account`` the holder of all ``records`` of one person, or of none.

    The conditional UPDATE decides a race between two accounts. The caller has verified the
    identity by the certificates of ``records``; they are compared with the registry once
    more, because a publication may have given a record to another person since they were
    read. Raises RecordHeldError.
    """
    proved = Q(pk__in=())
    for record in records:
        proved |= Q(pk=record.pk, certificate_hash=bytes(record.certificate_hash))
    with transaction.atomic():
        values = {"holder": account, "claimed_at": Now(), "withheld_until": withheld_until}
        free = StudentRecord.objects.filter(proved, holder=None, frozen_at=None)
        if free.update(**values) != len(records):
            raise RecordHeldError
        for record in records:
            record_action(
                action="enrollment.claim_record",
                actor_id=account.pk,
                subject_type="record",
                subject_key=record.key,
                institution_code=record.institution.code,
            )


def reveal_certificate(*, record: StudentRecord, account: User, reason: str = "") -> str:
    """The certificate number in clear; the audit trail records that ``account`` read it.

    Staff give a ``reason``; the holder needs none.
    """
    number = certificate_number(record)
    if reason:
        _note_access("reveal_certificate", record, account, reason)
        return number
    record_action(
        action="enrollment.reveal_certificate",
        actor_id=account.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
    )
    return number


def note_record_access(*, record: StudentRecord, account: User, reason: str) -> None:
    """Record in the audit trail that a member of staff has read ``record``, and why."""
    _note_access("view_record", record, account, reason)


def note_photo_access(*, record: StudentRecord, account: User, reason: str) -> None:
    """Record in the audit trail that a member of staff has looked at a photo, and why."""
    _note_access("view_photo", record, account, reason)


def note_list_access(*, batch: ImportBatch, account: User, people: int) -> None:
    """Record in the audit trail that ``account`` has read of ``people`` in a file."""
    record_access(
        account=account,
        action="enrollment.view_changes",
        people=people,
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )


def _note_access(act: str, record: StudentRecord, account: User, reason: str) -> None:
    record_access(
        account=account,
        action=f"enrollment.{act}",
        people=1,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        reason=reason,
    )


def masked_certificate(record: StudentRecord) -> str:
    """The certificate number with all but its first and last character hidden."""
    return mask_number(certificate_number(record))
