"""Decide about records that a file does not mention, apply the decisions, undo them.

A decision that changes records is applied with the publication, or at once after it;
under two-person approval another registrar applies it.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit.services import record_action
from database.clock import database_now
from enrollment.imports.missing.groups import Group, undecided
from enrollment.imports.missing.record_status import change_status, restore
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    AbsentRecord,
    BatchState,
    ImportBatch,
)


class NotOpenError(Exception):
    """The state of the decision or the batch does not allow this transition."""


class SecondPersonError(Exception):
    """Two-person approval: the registrar who decided may not apply the decision."""


def waiting(batch: ImportBatch) -> QuerySet[AbsenceDecision]:
    """Pending decisions of a batch, the oldest first."""
    return batch.absences.filter(applied_at=None, undone_at=None).order_by("pk")


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
    """Create a decision about groups of missing records.

    It is applied at once when the file is published and two-person approval is off.
    Raises NotOpenError when no record of the groups is undecided.
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
    """Apply the decision of another registrar. Raises NotOpenError and SecondPersonError."""
    if decision.batch.institution.second_approver and decision.decided_by_id == by.pk:
        raise SecondPersonError
    with transaction.atomic():
        _lock_open(decision)
        if decision.applied_at or decision.batch.state != BatchState.PUBLISHED:
            raise NotOpenError
        _apply(decision, by)


def apply_waiting(batch: ImportBatch, by: User | None) -> None:
    """Apply the pending decisions, within the transaction of the publication.

    Under two-person approval the decisions of the publishing person stay pending.
    """
    for decision in waiting(batch):
        second = batch.institution.second_approver
        if not (second and by is not None and decision.decided_by_id == by.pk):
            _apply(decision, by)


def undo_decision(*, decision: AbsenceDecision, by: User | None) -> None:
    """Undo a decision; its records are undecided again.

    Raises NotOpenError, and UndoBlockedError when records were changed later.
    """
    with transaction.atomic():
        _lock_open(decision)
        if decision.applied_at and decision.kind == AbsenceKind.LEFT:
            restore(decision, by)
        decision.records.update(decision=None, event=None, status_before="")
        decision.undone_by, decision.undone_at = by, database_now()
        decision.save(update_fields=["undone_by", "undone_at"])
        _write("undo_absent", decision, by)


def undo_all(batch: ImportBatch, by: User | None) -> None:
    """Undo all decisions of a batch, newest first, within the transaction of its undo.

    Records that the undo removes are deleted from the lists of missing records of
    later files.
    """
    for decision in batch.absences.filter(undone_at=None).order_by("-pk"):
        undo_decision(decision=decision, by=by)
    AbsentRecord.objects.filter(record__created_in=batch, record__version=1).delete()


def _lock_open(decision: AbsenceDecision) -> None:
    """Lock the decision against concurrent changes. Raises NotOpenError."""
    held = AbsenceDecision.objects.select_for_update().get(pk=decision.pk)
    if held.undone_at:
        raise NotOpenError
    decision.applied_at = held.applied_at


def _apply(decision: AbsenceDecision, by: User | None) -> None:
    decision.applied_by, decision.applied_at = by, database_now()
    decision.save(update_fields=["applied_by", "applied_at"])
    if decision.kind == AbsenceKind.LEFT:
        change_status(decision)
    _write("apply_absent", decision, by)


def _write(act: str, decision: AbsenceDecision, by: User | None) -> None:
    record_action(
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
