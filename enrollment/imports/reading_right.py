"""Who may decide how a file is read: its sheet, and the meaning of its columns."""

from accounts.models import User
from enrollment.models import ImportBatch


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
