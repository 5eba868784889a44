"""学籍异动: events that change a record after its creation, entered by the registrar.

An event has a date and may change the status. It is kept in the record's history: old and new
value, a new version, who entered it. The last event can be taken back while nothing has changed
the status since.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.services import record_action
from enrollment.models import EventKind, FieldChange, RecordEvent, StudentRecord
from enrollment.records.change_notices import notify_of_event
from enrollment.statuses import Status

# The status that usually follows; the registrar may choose another or none.
USUAL_STATUS = {
    EventKind.SUSPENSION: Status.SUSPENDED,
    EventKind.RESUMPTION: Status.REGISTERED,
    EventKind.RETENTION: Status.RETAINED,
    EventKind.TRANSFER_OUT: Status.TRANSFERRED,
    EventKind.WITHDRAWAL: Status.WITHDRAWN,
    EventKind.GRADUATION: Status.GRADUATED,
    EventKind.COMPLETION: Status.COMPLETED,
    EventKind.PARTIAL_STUDY: Status.INCOMPLETE,
}


class TooLateError(Exception):
    """The status has changed since the event; nothing was changed."""


@dataclass(frozen=True)
class Happening:
    """An event: kind, date, the status after it ("" = unchanged), and a document or note."""

    kind: EventKind
    on: date
    status_after: str = ""
    note: str = ""


def enter_event(*, record: StudentRecord, happening: Happening, by: User) -> RecordEvent:
    """Add an event to the record and apply its status."""
    with transaction.atomic():
        held = StudentRecord.objects.select_for_update().get(pk=record.pk)
        event = RecordEvent.objects.create(
            record=held,
            kind=happening.kind,
            happened_on=happening.on,
            status_after=happening.status_after,
            note=happening.note,
            entered_by=by,
        )
        _change_status(held, happening.status_after, by)
        _note("enter_event", held, event, by)
        if held.holder is not None:
            notify_of_event(held, held.holder)
    return event


def undo_event(*, event: RecordEvent, by: User) -> None:
    """Remove the record's last event and restore the status before it. Raises TooLateError."""
    with transaction.atomic():
        held = StudentRecord.objects.select_for_update().get(pk=event.record_id)
        last = held.events.order_by("-entered_at", "-pk").first()
        if last is None or last.pk != event.pk:
            raise TooLateError
        if event.status_after:
            if held.status != event.status_after:
                raise TooLateError
            _change_status(held, _status_before(held, event), by)
        _note("undo_event", held, event, by)
        event.delete()
        if held.holder is not None:
            notify_of_event(held, held.holder)


def _status_before(record: StudentRecord, event: RecordEvent) -> str:
    """The status before ``event``; the present one where the event changed nothing."""
    changes = record.changes.filter(field="status", changed_at__gte=event.entered_at)
    change = changes.order_by("version").first()
    return change.old if change else record.status


def _change_status(record: StudentRecord, status: str, by: User) -> None:
    if not status or status == record.status:
        return
    FieldChange.objects.create(
        record=record,
        field="status",
        old=record.status,
        new=status,
        version=record.version + 1,
        changed_by=by,
    )
    StudentRecord.objects.filter(pk=record.pk).update(
        status=status, version=F("version") + 1, fingerprint=b""
    )


def _note(act: str, record: StudentRecord, event: RecordEvent, by: User) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
        detail={"kind": event.kind, "status": event.status_after},
    )
