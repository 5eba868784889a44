"""A record that two people claim rests until the school has decided (SECURITY T2)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.models import StudentRecord


class RecordFrozenError(Exception):
    """The record is in dispute: nothing is confirmed or issued meanwhile."""


@dataclass(frozen=True)
class FreezeCause:
    """Why a record is frozen, in a sentence, and the page where that is decided."""

    text: str
    path: str


# The causes of one record that this member of staff may know of.
CauseFinder = Callable[[StudentRecord, User], Iterable[FreezeCause]]

_finders: list[CauseFinder] = []


def register_causes(find: CauseFinder) -> None:
    """Have ``find`` asked why records are frozen; call it in ``AppConfig.ready``."""
    _finders.append(find)


def freeze_causes(record: StudentRecord, user: User) -> list[FreezeCause]:
    """Why ``record`` is frozen, as far as ``user`` may know; empty where it is not frozen."""
    if record.frozen_at is None:
        return []
    return [cause for find in _finders for cause in find(record, user)]


def refuse_frozen(record: StudentRecord) -> None:
    """Raise RecordFrozenError while ``record`` is in dispute."""
    if StudentRecord.objects.filter(pk=record.pk, frozen_at__isnull=False).exists():
        raise RecordFrozenError


FROZEN = _("The record is in dispute; this rests until your school has decided.")
