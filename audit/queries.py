"""Queries on the trail."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.timezone import make_aware

from audit.models import AuditCheck, AuditEntry, AuditSeal


@dataclass(frozen=True)
class EntryFilter:
    """A filter on entries; None and "" match any. ``day`` is in the portal's time zone."""

    actor_id: int | None = None
    action: str = ""
    subject_key: str = ""
    institution_code: str = ""
    day: date | None = None


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
    if wanted.action:
        found = found.filter(action__startswith=wanted.action)
    if wanted.subject_key:
        found = found.filter(subject_key=wanted.subject_key)
    if wanted.institution_code:
        found = found.filter(institution_code=wanted.institution_code)
    if wanted.day:
        start = make_aware(datetime.combine(wanted.day, time.min))
        found = found.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return found


def chain_state() -> ChainState:
    """The state of the chain; entries are linked in order, so one key tells them apart."""
    last = AuditSeal.objects.order_by("-pk").values_list("entry_id", flat=True).first() or 0
    unsealed = AuditEntry.objects.filter(pk__gt=last).count()
    return ChainState(unsealed, AuditCheck.objects.order_by("-pk").first())
