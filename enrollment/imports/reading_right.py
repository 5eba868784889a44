"""Who says how a file is read: which sheet, and what its columns mean."""

from accounts.models import User
from enrollment.models import ImportBatch


class OthersFileError(Exception):
    """Two must agree, and somebody else uploaded the file."""


def may_say_how_read(*, batch: ImportBatch, by: User) -> bool:
    """Whether ``by`` may choose sheet and columns of the file, or have it read again.

    Where two must agree, only whoever uploaded it: else the second person would
    publish alone what the first has never seen.
    """
    return not batch.institution.second_approver or batch.created_by_id == by.pk


def refuse_others_file(batch: ImportBatch, by: User) -> None:
    """Raise OthersFileError where ``by`` may not."""
    if not may_say_how_read(batch=batch, by=by):
        raise OthersFileError
