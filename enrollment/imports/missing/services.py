"""Missing from the file is never deletion: a registrar decides, group by group.

Whatever nobody decides stays as it is. A decision that changes records is
applied with the publication, or at once after it; where the institution asks
for a second person, by that person.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.services import record as write_trail
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import InvalidNumberError, canonical_number
from enrollment.imports.staging.difference import list_missing
from enrollment.imports.staging.undo import Obstacle, UndoBlockedError
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    AbsentRecord,
    BatchState,
    EventKind,
    ImportBatch,
    RecordEvent,
    StudentRecord,
)
from enrollment.statuses import ON_THE_BOOKS, Status
from vault.lookup import keyed_hash

# More are never asked about: such a file states only a part of the registry.
MOST_ASKED = 100_000
# Nightly files would pile up questions that nobody answers.
ASKED_FOR = timedelta(days=90)
_EVENTS = {
    Status.WITHDRAWN: EventKind.WITHDRAWAL,
    Status.TRANSFERRED: EventKind.TRANSFER_OUT,
    Status.GRADUATED: EventKind.GRADUATION,
    Status.COMPLETED: EventKind.COMPLETION,
    Status.INCOMPLETE: EventKind.PARTIAL_STUDY,
}
_GROUPED_BY = (
    "record__entry_date__year",
    "record__level",
    "record__status",
    "record__school_class__code",
)


class NotOpenError(Exception):
    """The decision, or the batch, is not in a state that allows this."""


class SecondPersonError(Exception):
    """Another registrar than the one who decided must apply this."""


@dataclass(frozen=True)
class Group:
    """Absent records that have these things in common; None: not told apart by it."""

    year: int | None
    level: str
    status: str
    class_code: str | None
    count: int = 0

    @property
    def token(self) -> str:
        """The group in a form or an address; nothing in it tells of a person."""
        parts = [str(self.year or ""), self.level, self.status]
        return "|".join(parts if self.class_code is None else [*parts, self.class_code])

    @property
    def condition(self) -> Q:
        """Which absent records belong to the group."""
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


def list_absent(batch: ImportBatch, staging: str, missing: int) -> None:
    """Keep which records on the books the file does not mention, after a check.

    What was decided after an earlier check of the same file stands for the
    records that are missing still.
    """
    with transaction.atomic():
        decided = dict(batch.absent.exclude(decision=None).values_list("record_id", "decision_id"))
        batch.absent.all().delete()
        AbsentRecord.objects.filter(
            batch__institution=batch.institution_id,
            batch__created_at__lt=timezone.now() - ASKED_FOR,
            decision=None,
        ).delete()
        if 0 < missing <= MOST_ASKED:
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


def waiting(batch: ImportBatch) -> QuerySet[AbsenceDecision]:
    """Decisions that have not been applied, the oldest first."""
    return batch.absences.filter(applied_at=None, undone_at=None).order_by("pk")


def undecided(batch: ImportBatch) -> QuerySet[AbsentRecord]:
    """Absent records to ask about: on the books, and nothing later has spoken of them."""
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
    """How many of ``missing`` records stay missing: those with a faulty row in the file do not.

    ``mentioned`` is what ``importing.mending.identities`` found in those rows.
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
    left = people.exclude(status__in=ON_THE_BOOKS).count()
    forgotten = batch.absent.filter(record__in=people).delete()[0]
    return max(batch.absent.count(), missing - forgotten - left)


def decide(
    *,
    batch: ImportBatch,
    chosen: Sequence[Group],
    kind: AbsenceKind,
    status: str,
    happened_on: date | None,
    reason: str,
    by: User,
) -> AbsenceDecision:
    """Decide about groups of absent records.

    Applied at once when the file is published and no second person is asked
    for. Raises NotOpenError when nothing of the groups is left undecided.
    """
    condition = Q(pk__in=())
    for group in chosen:
        condition |= group.condition
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if held.state not in {BatchState.REHEARSED, BatchState.PUBLISHED}:
            raise NotOpenError
        found = list(undecided(batch).filter(condition).values_list("pk", flat=True))
        if not found:
            raise NotOpenError
        decision = AbsenceDecision.objects.create(
            batch=batch,
            kind=kind,
            status=status,
            happened_on=happened_on,
            reason=reason,
            count=len(found),
            decided_by=by,
        )
        AbsentRecord.objects.filter(pk__in=found).update(decision=decision)
        _write("decide_absent", decision, by)
        if kind != AbsenceKind.LEFT or (
            held.state == BatchState.PUBLISHED and not batch.institution.second_approver
        ):
            _apply(decision, by)
    return decision


def apply_decision(*, decision: AbsenceDecision, by: User) -> None:
    """Apply what another registrar has decided. Raises NotOpenError and SecondPersonError."""
    if decision.batch.institution.second_approver and decision.decided_by_id == by.pk:
        raise SecondPersonError
    with transaction.atomic():
        _hold(decision)
        if decision.applied_at or decision.batch.state != BatchState.PUBLISHED:
            raise NotOpenError
        _apply(decision, by)


def apply_waiting(batch: ImportBatch, by: User | None) -> None:
    """Apply what was decided before the publication; call it inside the publication.

    What the publishing person has decided goes on waiting where a second
    person is asked for.
    """
    for decision in waiting(batch):
        second = batch.institution.second_approver
        if not (second and by is not None and decision.decided_by_id == by.pk):
            _apply(decision, by)


def undo_decision(*, decision: AbsenceDecision, by: User | None) -> None:
    """Take a decision back; its records are undecided again.

    Raises NotOpenError, and UndoBlockedError when records were changed later.
    """
    with transaction.atomic():
        _hold(decision)
        if decision.applied_at and decision.kind == AbsenceKind.LEFT:
            _restore(decision, by)
        decision.records.update(decision=None, event=None, status_before="")
        decision.undone_by, decision.undone_at = by, timezone.now()
        decision.save(update_fields=["undone_by", "undone_at"])
        _write("undo_absent", decision, by)


def undo_all(batch: ImportBatch, by: User | None) -> None:
    """Take back every decision of a batch, the newest first; call it inside the undo.

    Later files may have missed records that this undo takes away: they miss nothing then.
    """
    for decision in batch.absences.filter(undone_at=None).order_by("-pk"):
        undo_decision(decision=decision, by=by)
    AbsentRecord.objects.filter(record__created_in=batch, record__version=1).delete()


def _hold(decision: AbsenceDecision) -> None:
    """Lock the decision against a second person acting at once. Raises NotOpenError."""
    held = AbsenceDecision.objects.select_for_update().get(pk=decision.pk)
    if held.undone_at:
        raise NotOpenError
    decision.applied_at = held.applied_at


def _apply(decision: AbsenceDecision, by: User | None) -> None:
    decision.applied_by, decision.applied_at = by, timezone.now()
    decision.save(update_fields=["applied_by", "applied_at"])
    if decision.kind == AbsenceKind.LEFT:
        _change_status(decision)
    _write("apply_absent", decision, by)


def _change_status(decision: AbsenceDecision) -> None:
    _lock_records(decision)
    # What has changed since is no longer what was decided about.
    decision.records.exclude(record__version=F("version")).update(decision=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_absentrecord a SET status_before = r.status, version = r.version + 1"
            " FROM enrollment_studentrecord r WHERE a.decision_id = %s AND r.id = a.record_id",
            [decision.pk],
        )
    _write_history(decision, decision.decided_by_id, leaving=True)
    StudentRecord.objects.filter(pk__in=decision.records.values("record")).update(
        status=decision.status, version=F("version") + 1, fingerprint=b"", updated_at=timezone.now()
    )
    _make_events(decision)


def _restore(decision: AbsenceDecision, by: User | None) -> None:
    _lock_records(decision)
    later = decision.records.exclude(record__version=F("version"))
    if later.exists():
        example = str(later.values_list("record__key", flat=True)[0])
        raise UndoBlockedError(Obstacle(later.count(), 0, example))
    events = list(decision.records.values_list("event_id", flat=True))
    _write_history(decision, by.pk if by else None, leaving=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_studentrecord r SET status = a.status_before,"
            " version = r.version + 1, updated_at = now() FROM enrollment_absentrecord a"
            " WHERE a.decision_id = %s AND r.id = a.record_id",
            [decision.pk],
        )
    decision.records.update(version=F("version") + 1, event=None)
    RecordEvent.objects.filter(pk__in=events).delete()


def _lock_records(decision: AbsenceDecision) -> None:
    records = StudentRecord.objects.filter(pk__in=decision.records.values("record"))
    list(records.select_for_update().order_by("pk").values_list("pk"))


def _write_history(decision: AbsenceDecision, who: int | None, *, leaving: bool) -> None:
    """One line of history for each record, from its old state to the new one or back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrollment_fieldchange"
            " (record_id, field, old, new, version, changed_at, changed_by_id)"
            " SELECT r.id, 'status',"
            " CASE WHEN %(leaving)s THEN a.status_before ELSE %(status)s END,"
            " CASE WHEN %(leaving)s THEN %(status)s ELSE a.status_before END, r.version + 1, now(),"
            " %(who)s::bigint"
            " FROM enrollment_absentrecord a JOIN enrollment_studentrecord r ON r.id = a.record_id"
            " WHERE a.decision_id = %(decision)s",
            {"leaving": leaving, "status": decision.status, "who": who, "decision": decision.pk},
        )


def _make_events(decision: AbsenceDecision) -> None:
    assert decision.happened_on is not None  # noqa: S101  the table's constraint
    keys = decision.records.order_by("record").values_list("record_id", flat=True)
    kind = _EVENTS.get(Status(decision.status), EventKind.OTHER)
    events = RecordEvent.objects.bulk_create(
        (
            RecordEvent(
                record_id=key,
                kind=kind,
                happened_on=decision.happened_on,
                status_after=decision.status,
                entered_by_id=decision.decided_by_id,
            )
            for key in keys
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_absentrecord a SET event_id = made.event"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS made (record, event)"
            " WHERE a.decision_id = %s AND a.record_id = made.record",
            [[e.record_id for e in events], [e.pk for e in events], decision.pk],
        )


def _write(act: str, decision: AbsenceDecision, by: User | None) -> None:
    write_trail(
        action=f"enrollment.{act}",
        actor_id=by.pk if by else None,
        subject_type="absence_decision",
        subject_key=decision.key,
        institution_code=decision.batch.institution.code,
        reason=decision.reason,
        detail={
            "batch": str(decision.batch.key),
            "kind": decision.kind,
            "status": decision.status,
            "count": decision.count,
        },
    )
