"""Which classes a record has belonged to, derived from its changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.models import FieldChange, StudentRecord


@dataclass(frozen=True)
class ClassSpell:
    """One class and the period in it.

    ``until`` is None for the present class; a ``code`` of "" means no class.
    """

    code: str
    since: datetime
    until: datetime | None


def class_history(record: StudentRecord, changes: Sequence[FieldChange]) -> list[ClassSpell]:
    """The classes of ``record``, newest first; ``changes`` is its whole history."""
    moves = sorted(
        (change for change in changes if change.field == "class_code"),
        key=lambda change: (change.version, change.pk),
    )
    present = record.school_class.code if record.school_class else ""
    starts = [record.created_at, *(move.changed_at for move in moves)]
    ends = [*starts[1:], None]
    codes = [*(move.old for move in moves), present]
    spells = [
        ClassSpell(code, since, until)
        for code, since, until in zip(codes, starts, ends, strict=True)
    ]
    return spells[::-1]
