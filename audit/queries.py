"""Queries on the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware, now

from audit.models import AuditCheck, AuditEntry, AuditSeal


@dataclass(frozen=True)
class EntryFilter:
    """A filter on entries; None and empty values match any.

    ``subjects`` are pairs of type and key, of which one must match. ``since`` and ``until``
    are days in the portal's time zone, both included.
    """

    actor_id: int | None = None
    actions: Sequence[str] = ()
    subjects: Sequence[tuple[str, str]] = ()
    institution_code: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ChainState:
    """The number of entries not yet in the chain, and the last verification."""

    unsealed: int
    checked: AuditCheck | None


def entries(wanted: EntryFilter) -> QuerySet[AuditEntry]:
    """The entries that match ``wanted``, newest first; paginate by ``pk``."""
    found = AuditEntry.objects.order_by("-pk")
    if wanted.actor_id is not None:
        found = found.filter(actor_id=wanted.actor_id)
    if wanted.actions:
        found = found.filter(action__in=wanted.actions)
    if wanted.subjects:
        found = found.filter(_one_of(wanted.subjects))
    if wanted.institution_code:
        found = found.filter(institution_code=wanted.institution_code)
    if wanted.since:
        found = found.filter(at__gte=_start_of(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_start_of(wanted.until + timedelta(days=1)))
    return found


def _one_of(subjects: Sequence[tuple[str, str]]) -> Q:
    """One condition a type, so that each uses the index of subjects."""
    any_of = Q(pk__in=())
    for kind in {kind for kind, _key in subjects}:
        keys = [key for each, key in subjects if each == kind]
        any_of |= Q(subject_type=kind, subject_key__in=keys)
    return any_of


def _start_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def chain_state() -> ChainState:
    """The state of the chain; entries are linked in order, so one key identifies the last one."""
    last = AuditSeal.objects.order_by("-pk").values_list("entry_id", flat=True).first() or 0
    unsealed = AuditEntry.objects.filter(pk__gt=last).count()
    return ChainState(unsealed, AuditCheck.objects.order_by("-pk").first())


def seconds_unsealed() -> float:
    """How long the oldest entry has waited for its link of the chain; 0 when none waits."""
    last = AuditSeal.objects.order_by("-pk").values_list("entry_id", flat=True).first()
    waiting = AuditEntry.objects.filter(pk__gt=last or 0).order_by("pk")
    at = waiting.values_list("at", flat=True).first()
    return max(0.0, (now() - at).total_seconds()) if at else 0.0
