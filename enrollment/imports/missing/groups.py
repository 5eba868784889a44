"""Records that a file does not mention, in groups, and the list of them per import.

Missing from a file is never deletion: a registrar decides, group by group. Undecided
records stay as they are.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import InvalidNumberError, canonical_number
from enrollment.imports.staging.difference import list_missing
from enrollment.models import AbsentRecord, ImportBatch, StudentRecord
from enrollment.statuses import ON_THE_BOOKS
from vault.lookup import keyed_hash

# With more missing records than this the file states only a part of the registry.
MAX_ASKED = 100_000
# Lists without a decision are deleted after this time: nightly files would pile them up.
RETENTION = timedelta(days=90)
_GROUPED_BY = (
    "record__entry_date__year",
    "record__level",
    "record__status",
    "record__school_class__code",
)


@dataclass(frozen=True)
class Group:
    """Missing records with equal values of these fields; None: not grouped by that field."""

    year: int | None
    level: str
    status: str
    class_code: str | None
    count: int = 0

    @property
    def token(self) -> str:
        """The group as text for forms and URLs, without personal data."""
        parts = [str(self.year or ""), self.level, self.status]
        return "|".join(parts if self.class_code is None else [*parts, self.class_code])

    @property
    def condition(self) -> Q:
        """The filter for the missing records of the group."""
        wanted = Q(
            record__entry_date__year=self.year, record__level=self.level, record__status=self.status
        )
        if self.year is None:
            wanted = Q(
                record__entry_date=None, record__level=self.level, record__status=self.status
            )
        if self.class_code:
            wanted &= Q(record__school_class__code=self.class_code)
        elif self.class_code == "":
            wanted &= Q(record__school_class=None)
        return wanted


def list_missing_records(batch: ImportBatch, staging: str, missing: int) -> None:
    """Save the enrolled records that the file does not mention, after a check.

    Decisions after an earlier check of the same file are kept for the records that
    are still missing.
    """
    with transaction.atomic():
        decided = dict(batch.absent.exclude(decision=None).values_list("record_id", "decision_id"))
        batch.absent.all().delete()
        AbsentRecord.objects.filter(
            batch__institution=batch.institution_id,
            batch__created_at__lt=Now() - RETENTION,
            decision=None,
        ).delete()
        if 0 < missing <= MAX_ASKED:
            list_missing(
                staging,
                batch_id=batch.pk,
                institution_id=batch.institution_id,
                statuses=ON_THE_BOOKS,
            )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE enrollment_absentrecord a SET decision_id = old.decision"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS old (record, decision)"
                " WHERE a.batch_id = %s AND a.record_id = old.record",
                [list(decided), list(decided.values()), batch.pk],
            )


def undecided(batch: ImportBatch) -> QuerySet[AbsentRecord]:
    """Missing records to decide about: enrolled, and unchanged since the check."""
    return batch.absent.filter(
        decision=None, record__version=F("version"), record__status__in=ON_THE_BOOKS
    )


def groups(batch: ImportBatch, *, by_class: bool) -> list[Group]:
    """The undecided records by entry year, level and state, and by class if wanted."""
    keys = _GROUPED_BY if by_class else _GROUPED_BY[:3]
    counted = undecided(batch).values_list(*keys).annotate(number=Count("pk")).order_by(*keys)
    return [
        Group(year, level, status, (code[0] or "") if by_class else None, number)
        for year, level, status, *code, number in counted
    ]


def forget_mentioned(
    batch: ImportBatch, mentioned: Mapping[str, Collection[str]], missing: int
) -> int:
    """Remove records with a faulty row in the file; returns how many of ``missing`` remain.

    ``mentioned`` is the result of ``corrected_rows.identities`` for those rows.
    """
    hashes = []
    for written in mentioned["certificate_number"]:
        with suppress(InvalidNumberError):
            number = canonical_number(written, CertificateType.RESIDENT_ID)
            hashes.append(keyed_hash("certificate", number))
    named = Q(student_number__in=mentioned["student_number"])
    named |= Q(candidate_number__in=mentioned["candidate_number"])
    named |= Q(certificate_hash__in=hashes)
    people = StudentRecord.objects.filter(named, institution=batch.institution_id)
    off_books = people.exclude(status__in=ON_THE_BOOKS).count()
    forgotten = batch.absent.filter(record__in=people).delete()[0]
    return max(batch.absent.count(), missing - forgotten - off_books)
