"""Withholding parts of a record that staff opened for its holder (threat T33)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from database.clock import database_now
from enrollment.models import StudentRecord


class RecordWithheldError(Exception):
    """Photos, full number and status reports are not open to the holder yet."""


def is_withheld(record: StudentRecord) -> bool:
    """Whether photos, full number and status reports are still closed to the holder."""
    return record.withheld_until is not None and _withheld(record).exists()


def refuse_withheld(record: StudentRecord) -> None:
    """Raise RecordWithheldError while ``record`` is withheld."""
    if _withheld(record).exists():
        raise RecordWithheldError


def end_of_delay() -> datetime:
    """The moment until which a record opened by staff now is withheld."""
    return database_now() + timedelta(hours=settings.ASSISTED_DELAY_HOURS)


def withhold(*, account: User, until: datetime | None) -> None:
    """Withhold every record that ``account`` holds until ``until``; None ends it."""
    StudentRecord.objects.filter(holder=account).update(withheld_until=until)


def release(*, records: QuerySet[StudentRecord]) -> int:
    """End the withholding of ``records``; returns how many were withheld."""
    return records.filter(withheld_until__gt=Now()).update(withheld_until=None)


def _withheld(record: StudentRecord) -> QuerySet[StudentRecord]:
    return StudentRecord.objects.filter(pk=record.pk, withheld_until__gt=Now())


WITHHELD = _(
    "Photos, the full number and reports become available once a second person "
    "has checked, or when the waiting time is over."
)
