"""Entries of the audit trail about a file."""

from accounts.models import User
from audit.services import record_action
from enrollment.imports.results.report import Result
from enrollment.models import ImportBatch


def record_batch_action(act: str, batch: ImportBatch, by: User | None, result: Result) -> None:
    """Record that a file was published or its publication undone, with the numbers of records."""
    detail: dict[str, object] = {
        "new": result.new,
        "changed": result.changed,
        "rows": result.rows,
        "other_person": batch.accepted_people,
        "locked_left_out": sum(result.locked_left_out.values()),
    }
    if batch.approval_document:
        detail["document"] = batch.approval_document
    if batch.token:
        detail["token"] = str(batch.token.key)
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk if by else None,
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
        detail=detail,
    )
