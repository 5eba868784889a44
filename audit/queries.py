"""Reading the trail."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.timezone import make_aware

from audit.models import AuditCheck, AuditEntry, AuditSeal


@dataclass(frozen=True)
class Wanted:
    """Which entries; None and "" for any. ``day`` is a day of the portal's own time zone."""

    actor_id: int | None = None
    action: str = ""
    subject_key: str = ""
    institution_code: str = ""
    day: date | None = None


@dataclass(frozen=True)
class ChainState:
    """How far the trail is sealed, and what the last walk along the chain found."""

    unsealed: int
    checked: AuditCheck | None


def entries(wanted: Wanted) -> QuerySet[AuditEntry]:
    """The entries that are wanted, newest first; page on by ``pk``."""
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
    """Entries are sealed in order, so those after the last sealed one are open."""
    last = AuditSeal.objects.order_by("-pk").values_list("entry_id", flat=True).first() or 0
    unsealed = AuditEntry.objects.filter(pk__gt=last).count()
    return ChainState(unsealed, AuditCheck.objects.order_by("-pk").first())
