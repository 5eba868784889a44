"""Apply decisions about missing records to the records, and restore them."""

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from enrollment.imports.staging.undo import Obstacle, UndoBlockedError
from enrollment.models import AbsenceDecision, EventKind, RecordEvent, StudentRecord
from enrollment.statuses import Status

_EVENTS = {
    Status.WITHDRAWN: EventKind.WITHDRAWAL,
    Status.TRANSFERRED: EventKind.TRANSFER_OUT,
    Status.GRADUATED: EventKind.GRADUATION,
    Status.COMPLETED: EventKind.COMPLETION,
    Status.INCOMPLETE: EventKind.PARTIAL_STUDY,
}


def change_status(decision: AbsenceDecision) -> None:
    """Give the records of a decision its status, with history and an event for each."""
    _lock_records(decision)
    # The decision does not apply to records that have changed since.
    decision.records.exclude(record__version=F("version")).update(decision=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_absentrecord a SET status_before = r.status, version = r.version + 1"
            " FROM enrollment_studentrecord r WHERE a.decision_id = %s AND r.id = a.record_id",
            [decision.pk],
        )
    _write_history(decision, decision.decided_by_id, leaving=True)
    StudentRecord.objects.filter(pk__in=decision.records.values("record")).update(
        status=decision.status, version=F("version") + 1, fingerprint=b"", updated_at=Now()
    )
    _make_events(decision)


def restore(decision: AbsenceDecision, by: User | None) -> None:
    """Give the records their earlier status back, with history.

    Raises UndoBlockedError when records were changed later.
    """
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
    """Add a history entry for each record, from its old status to the new one or back."""
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
