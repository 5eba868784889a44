"""Acts on student records."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

import audit.services as trail
from accounts.models import User
from enrollment.identity.number import mask_number
from enrollment.models import StudentRecord
from enrollment.sealed import certificate_number


class RecordHeldError(Exception):
    """Another account holds one of the records, or it is frozen; nothing was changed."""


def claim_records(*, account: User, records: Sequence[StudentRecord]) -> None:
    """Make ``account`` the holder of all ``records`` of one person, or of none.

    The conditional UPDATE decides a race; the caller proves the identity.
    Raises RecordHeldError.
    """
    keys = [record.pk for record in records]
    with transaction.atomic():
        free = StudentRecord.objects.filter(pk__in=keys, holder=None, frozen_at=None)
        if free.update(holder=account, claimed_at=Now()) != len(keys):
            raise RecordHeldError
        for record in records:
            trail.record(
                action="enrollment.claim_record",
                actor_id=account.pk,
                subject_type="record",
                subject_key=record.key,
                institution_code=record.institution.code,
            )


def reveal_certificate(*, record: StudentRecord, account: User) -> str:
    """The certificate number in clear, and a row in the trail that ``account`` read it."""
    number = certificate_number(record)
    trail.record(
        action="enrollment.reveal_certificate",
        actor_id=account.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
    )
    return number


def note_viewing(*, record: StudentRecord, account: User) -> None:
    """Write into the trail that a member of staff has read ``record``."""
    trail.record(
        action="enrollment.view_record",
        actor_id=account.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
    )


def masked_certificate(record: StudentRecord) -> str:
    """The certificate number with all but its ends hidden."""
    return mask_number(certificate_number(record))
