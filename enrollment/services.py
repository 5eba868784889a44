"""Acts on student records."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

import audit.services as trail
from accounts.models import User
from accounts.notices import tell_all
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.identity.number import mask_number
from enrollment.models import ImportBatch, StudentRecord
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


def reveal_certificate(*, record: StudentRecord, account: User, reason: str = "") -> str:
    """The certificate number in clear, and a row in the trail that ``account`` read it.

    Staff give a ``reason``; the holder needs none.
    """
    number = certificate_number(record)
    trail.record(
        action="enrollment.reveal_certificate",
        actor_id=account.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        reason=reason,
    )
    if reason:
        _watch(account)
    return number


def note_viewing(*, record: StudentRecord, account: User, reason: str) -> None:
    """Write into the trail that a member of staff has read ``record``, and why."""
    trail.record(
        action="enrollment.view_record",
        actor_id=account.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        reason=reason,
    )
    _watch(account)


def _watch(account: User) -> None:
    """Alarm auditors and the operator once a day when somebody looks at very many (T12)."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    looks = AuditEntry.objects.filter(
        actor_id=account.pk,
        at__gte=today,
        action__in=("enrollment.view_record", "enrollment.reveal_certificate"),
    )
    if looks.count() != settings.VIEWS_PER_DAY + 1:
        return
    trail.record(
        action="enrollment.viewing_alarm",
        actor_id=account.pk,
        subject_type="account",
        subject_key=account.key,
        detail={"most": settings.VIEWS_PER_DAY},
    )
    watchers = User.objects.filter(Q(role_grants__role=Role.AUDITOR) | Q(is_superuser=True))
    tell_all(
        accounts=list(watchers.filter(is_active=True).distinct()),
        kind="viewing_alarm",
        path=reverse("accounts:notices"),
        always=True,
    )


def note_list_viewing(*, batch: ImportBatch, account: User) -> None:
    """Write into the trail that a registrar has read whom a file concerns."""
    trail.record(
        action="enrollment.view_changes",
        actor_id=account.pk,
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
    )


def masked_certificate(record: StudentRecord) -> str:
    """The certificate number with all but its ends hidden."""
    return mask_number(certificate_number(record))
