"""Freezing of records that two people claim, until the school has decided (threat T2)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.models import StudentRecord


class RecordFrozenError(Exception):
    """The record is in dispute; it cannot be confirmed and no report can be issued."""


@dataclass(frozen=True)
class FreezeCause:
    """Why a record is frozen, in a sentence, and the page on which that is decided."""

    text: str
    path: str


# Returns the causes that freeze one record and that this member of staff may see.
CauseFinder = Callable[[StudentRecord, User], Iterable[FreezeCause]]

_finders: list[CauseFinder] = []


def register_causes(find: CauseFinder) -> None:
    """Register ``find`` as a source of freeze causes; call it in ``AppConfig.ready``."""
    _finders.append(find)


def freeze_causes(record: StudentRecord, user: User) -> list[FreezeCause]:
    """Why ``record`` is frozen, limited to what ``user`` may see; empty if not frozen."""
    if record.frozen_at is None:
        return []
    return [cause for find in _finders for cause in find(record, user)]


def refuse_frozen(record: StudentRecord) -> None:
    """Raise RecordFrozenError while ``record`` is in dispute."""
    if StudentRecord.objects.filter(pk=record.pk, frozen_at__isnull=False).exists():
        raise RecordFrozenError


FROZEN = _("The record is in dispute. This is paused until your school has decided.")
