"""Decide how a file is read: its sheet and the meaning of its columns; who may do so."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.models import User
from audit.services import record_action
from enrollment.fields.headers import remember
from enrollment.models import BatchState, ImportBatch, Institution


class OthersFileError(Exception):
    """Two-person approval applies, and another registrar uploaded the file."""


def may_say_how_read(*, batch: ImportBatch, by: User) -> bool:
    """Whether ``by`` may choose sheet and columns of the file, or have it read again.

    Under two-person approval only the uploader may: otherwise the second person would
    publish alone a result that the first has never seen.
    """
    return not batch.institution.second_approver or batch.created_by_id == by.pk


def refuse_others_file(batch: ImportBatch, by: User) -> None:
    """Raise OthersFileError unless ``by`` may decide how the file is read."""
    if not may_say_how_read(batch=batch, by=by):
        raise OthersFileError


def name_columns(
    *, batch: ImportBatch, titles: Sequence[str], meanings: Mapping[int, str], by: User
) -> None:
    """Save the meanings of column titles for the institution, and queue the file again.

    ``meanings`` is position in ``titles`` → name of a column (``LEFT_OUT``: none).
    Raises OthersFileError and WrongStateError.
    """
    refuse_others_file(batch, by)
    with transaction.atomic():
        batch.move({BatchState.FAILED, BatchState.REHEARSED}, "uploaded")
        ImportBatch.objects.filter(pk=batch.pk).update(attempts=0, column_names={})
        institution = Institution.objects.select_for_update().get(pk=batch.institution_id)
        institution.column_titles = remember(institution.column_titles, titles, meanings)
        institution.save(update_fields=["column_titles"])
        record_action(
            action="enrollment.name_columns",
            actor_id=by.pk,
            subject_type="import_batch",
            subject_key=batch.key,
            institution_code=institution.code,
        )


def choose_sheet(*, batch: ImportBatch, sheet: str, by: User) -> None:
    """Queue a file again with the chosen sheet.

    Raises OthersFileError and WrongStateError.
    """
    refuse_others_file(batch, by)
    with transaction.atomic():
        batch.move({BatchState.FAILED}, "uploaded")
        ImportBatch.objects.filter(pk=batch.pk).update(sheet=sheet, attempts=0)


def check_again(*, batch: ImportBatch, by: User) -> None:
    """Queue a failed file again, with the column titles known by now.

    Raises OthersFileError and WrongStateError.
    """
    refuse_others_file(batch, by)
    with transaction.atomic():
        batch.move({BatchState.FAILED}, "uploaded")
        ImportBatch.objects.filter(pk=batch.pk).update(attempts=0)
