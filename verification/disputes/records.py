"""The records that a dispute is about: found, frozen, freed, given to somebody."""

from collections.abc import Sequence

from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from enrollment.models import StudentRecord
from verification.matching import series_of
from verification.models import Claim, ClaimMethod, Dispute, DisputeState


def records_of(dispute: Dispute) -> list[StudentRecord]:
    """Those of the stated name; where none bears it, all of the number.

    Two people may have one number: a school's mistake, or certificates of two types.
    """
    found = StudentRecord.objects.filter(certificate_hash=dispute.certificate_hash)
    records = list(found.select_related("institution", "holder", "school_class").order_by("pk"))
    name = dispute.facts.name_canonical if bytes(dispute.facts_sealed) else None
    return [record for record in records if record.name_canonical == name] or records


def freeze(records: Sequence[StudentRecord]) -> None:
    """Nobody claims or leaves ``records`` until they are thawed."""
    keys = [record.pk for record in records]
    StudentRecord.objects.filter(pk__in=keys, frozen_at=None).update(frozen_at=Now())


def thaw(dispute: Dispute) -> None:
    """Unfreeze, unless another open dispute about the same certificate needs it."""
    others = Dispute.objects.filter(
        certificate_hash=dispute.certificate_hash,
        state=DisputeState.OPEN,
        holder__isnull=False,
    )
    if not others.exclude(pk=dispute.pk).exists():
        # By the number: the name may have been corrected since the record was frozen.
        frozen = StudentRecord.objects.filter(certificate_hash=dispute.certificate_hash)
        frozen.filter(frozen_at__isnull=False).update(frozen_at=None)


def move(dispute: Dispute, to: User | None, *, claimed_at: object = None) -> None:
    """Make ``to`` the holder of the records and the bearer of the certificate, or nobody."""
    records = records_of(dispute)
    digest, series = dispute.certificate_hash, series_of(records)
    sides = Q(account=dispute.claimant) | Q(account=dispute.holder)
    ended = Q(certificate_hash=digest) & (Q(series=series) | sides)
    if to is not None:
        ended |= Q(account=to)
    Claim.objects.filter(ended, ended_at=None).update(ended_at=Now())
    if to is not None:
        Claim.objects.create(
            account=to, certificate_hash=digest, series=series, method=ClaimMethod.DECIDED
        )
    keys = [record.pk for record in records]
    StudentRecord.objects.filter(pk__in=keys).update(
        holder=to, claimed_at=(claimed_at or Now()) if to is not None else None
    )
