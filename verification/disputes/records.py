"""The records of a dispute: finding, freezing, unfreezing and reassigning them."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.records.replaced_phones import replaced_phones
from enrollment.records.withholding import end_of_delay
from verification.claims.alerts import notify_known_phones
from verification.claims.ending import end_claims
from verification.claims.matching import series_of
from verification.models import Claim, ClaimAlert, ClaimMethod, Dispute, DisputeState


def records_of(dispute: Dispute) -> list[StudentRecord]:
    """The acting school's records with the stated name; if there is none, all with the number.

    Two people can have the same number: by a school's mistake, or on certificates of two types.
    """
    return records_by_dispute([dispute])[dispute.pk]


def records_by_dispute(disputes: Sequence[Dispute]) -> dict[int, list[StudentRecord]]:
    """What ``records_of`` finds for each of ``disputes``, by its id: one query for all."""
    hashes = {bytes(dispute.certificate_hash) for dispute in disputes}
    found = StudentRecord.objects.filter(certificate_hash__in=hashes)
    records = list(found.select_related("institution", "holder", "school_class").order_by("pk"))
    return {dispute.pk: _concerned(dispute, records) for dispute in disputes}


def _concerned(dispute: Dispute, records: Sequence[StudentRecord]) -> list[StudentRecord]:
    number, school = bytes(dispute.certificate_hash), dispute.institution_code
    found = [
        record
        for record in records
        if bytes(record.certificate_hash) == number
        and (not school or record.institution.code == school)
    ]
    name = dispute.facts.name_canonical if bytes(dispute.facts_sealed) else None
    return [record for record in found if record.name_canonical == name] or found


def freeze(records: Sequence[StudentRecord]) -> None:
    """Freeze ``records``: they cannot be claimed or released until unfrozen.

    Those that are frozen already are locked too, so that ``thaw`` waits for the new cause.
    """
    found = StudentRecord.objects.filter(pk__in=[record.pk for record in records])
    _lock(found)
    found.filter(frozen_at=None).update(frozen_at=Now())


def thaw(certificate_hash: bytes | memoryview, institution_code: str) -> None:
    """Unfreeze a school's records, unless an open dispute or objection about them remains.

    Whether one remains is read under the lock of the records: another may be made meanwhile.
    """
    found = lock_number(certificate_hash, institution_code)
    disputed = Dispute.objects.filter(
        certificate_hash=certificate_hash,
        institution_code=institution_code,
        state=DisputeState.OPEN,
        holder__isnull=False,
    )
    objected = ClaimAlert.objects.filter(
        record__certificate_hash=certificate_hash,
        institution_code=institution_code,
        objected_at__isnull=False,
        settled_at=None,
    )
    if not disputed.exists() and not objected.exists():
        found.filter(frozen_at__isnull=False).update(frozen_at=None)


def lock_number(
    certificate_hash: bytes | memoryview, institution_code: str
) -> QuerySet[StudentRecord]:
    """All records of the school with this number, locked until the transaction ends.

    By number: the name may have been corrected since a record was frozen. Who changes some of
    them and then calls ``thaw`` locks all of them first, so that all lock them in one order.
    """
    found = StudentRecord.objects.filter(
        certificate_hash=certificate_hash, institution__code=institution_code
    )
    _lock(found)
    return found


def _lock(records: QuerySet[StudentRecord]) -> None:
    list(records.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def move(dispute: Dispute, to: User | None, *, claimed_at: object = None) -> None:
    """Make ``to`` the holder of the records and the certificate, or leave none (None).

    One registrar alone decides and undoes, so the records are withheld as if opened in person.
    """
    records = records_of(dispute)
    digest, series = dispute.certificate_hash, series_of(records)
    sides = Q(account=dispute.claimant) | Q(account=dispute.holder)
    ended = Q(certificate_hash=digest) & (Q(series=series) | sides)
    if to is not None:
        ended |= Q(account=to)
    school = dispute.institution_code
    end_claims(Claim.objects.filter(ended, institution_code=school))
    if to is not None:
        Claim.objects.create(
            account=to,
            certificate_hash=digest,
            series=series,
            institution_code=school,
            method=ClaimMethod.DECIDED,
        )
    lock_number(digest, school)
    keys = [record.pk for record in records]
    StudentRecord.objects.filter(pk__in=keys).update(
        holder=to,
        claimed_at=(claimed_at or Now()) if to is not None else None,
        withheld_until=end_of_delay() if to is not None else None,
    )
    if to is not None:
        replaced = {record.pk: replaced_phones(record) for record in records}
        notify_known_phones(account=to, records=records, replaced=replaced)
