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


# Keys grow with time, but for the clocks of several hosts.
_CLOCKS_DIFFER = timedelta(days=1)


def entries(wanted: EntryFilter) -> QuerySet[AuditEntry]:
    """The entries that match ``wanted``, newest first; paginate by ``pk``."""
    found = AuditEntry.objects.order_by("-pk")
    if wanted.actor_id is not None:
        # A range of one, in the order of the index: for an equality PostgreSQL may read the
        # whole trail backwards instead, which takes long for somebody who has left.
        found = found.filter(actor_id__range=(wanted.actor_id, wanted.actor_id))
        found = found.order_by("actor_id", "-pk")
    if wanted.actions:
        found = found.filter(action__in=wanted.actions)
    if wanted.subjects:
        found = found.filter(_one_of(wanted.subjects))
    if wanted.institution_code:
        found = found.filter(institution_code=wanted.institution_code)
    if wanted.since:
        found = _from(found, _start_of(wanted.since))
    if wanted.until:
        found = _before(found, _start_of(wanted.until + timedelta(days=1)))
    return found


def _from(found: QuerySet[AuditEntry], start: datetime) -> QuerySet[AuditEntry]:
    """Those at or after ``start``. The bound on the key ends the search by any index in time."""
    key = _first_key_at(start - _CLOCKS_DIFFER)
    return found.filter(at__gte=start, pk__gte=key) if key else found.none()


def _before(found: QuerySet[AuditEntry], end: datetime) -> QuerySet[AuditEntry]:
    """Those before ``end``. The bound on the key begins the search by any index in time."""
    key = _first_key_at(end + _CLOCKS_DIFFER)
    found = found.filter(at__lt=end)
    return found.filter(pk__lt=key) if key else found


def _first_key_at(start: datetime) -> int | None:
    after = AuditEntry.objects.filter(at__gte=start).order_by("at")
    return after.values_list("pk", flat=True).first()


def _one_of(subjects: Sequence[tuple[str, str]]) -> Q:
    """One condition a type, so that each uses the index of subjects."""
    any_of = Q(pk__in=())
    for kind in {kind for kind, _key in subjects}:
        keys = [key for each, key in subjects if each == kind]
        any_of |= Q(subject_type=kind, subject_key__in=keys)
    return any_of


def _start_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def last_check() -> AuditCheck | None:
    """The last verification of the whole chain; None before the first."""
    return AuditCheck.objects.order_by("-pk").first()


def seconds_unsealed() -> float:
    """How long the oldest entry has waited for its link of the chain; 0 when none waits."""
    last = AuditSeal.objects.order_by("-pk").values_list("entry_id", flat=True).first()
    waiting = AuditEntry.objects.filter(pk__gt=last or 0).order_by("pk")
    at = waiting.values_list("at", flat=True).first()
    return max(0.0, (now() - at).total_seconds()) if at else 0.0
