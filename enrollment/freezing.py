"""A record that two people claim rests until the school has decided (SECURITY T2)."""

from enrollment.models import StudentRecord


class RecordFrozenError(Exception):
    """The record is in dispute: nothing is confirmed or issued meanwhile."""


def refuse_frozen(record: StudentRecord) -> None:
    """Raise RecordFrozenError while ``record`` is in dispute."""
    if StudentRecord.objects.filter(pk=record.pk, frozen_at__isnull=False).exists():
        raise RecordFrozenError
