"""Who has looked at a record, as shown to its holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.fields.checklist import listed
from enrollment.models import StudentRecord
from enrollment.records.access_reasons import reason_label

ACCESS_ACTIONS: dict[str, str | Promise] = {
    "enrollment.view_record": _("Viewed the record"),
    "support.compare_record": _("Compared the record with what was typed in a search"),
    "enrollment.reveal_certificate": _("Showed the full certificate number"),
    "verification.assist": _("Opened the record for an account, in person"),
    "verification.undo_assist": _("Unlinked the record from an account"),
    "verification.approve_assist": _("Confirmed who the record was opened for"),
    "verification.rescue": _("Moved the account to a new contact, in person"),
}


@dataclass(frozen=True)
class AccessEntry:
    """One access to the record by a person other than its holder."""

    at: datetime
    what: str | Promise
    who: str
    reason: str


def access_entries_of(record: StudentRecord) -> Sequence[AccessEntry]:
    """Every access to ``record`` by other people, newest first; people appear by their role."""
    entries = AuditEntry.objects.filter(
        subject_type="record",
        subject_key=str(record.key),
        action__in=ACCESS_ACTIONS,
        actor_id__isnull=False,
    ).order_by("-pk")
    if record.holder_id is not None:
        entries = entries.exclude(actor_id=record.holder_id)
    if record.person_since is not None:
        entries = entries.filter(at__gt=record.person_since)
    found = list(entries)
    roles: dict[int, list[str]] = {}
    for grant in RoleGrant.objects.filter(user__in={e.actor_id for e in found}).order_by("role"):
        roles.setdefault(grant.user_id, []).append(str(Role(grant.role).label))
    return [
        AccessEntry(
            e.at,
            ACCESS_ACTIONS[e.action],
            listed(roles.get(e.actor_id or 0, ())),
            reason_label(e.reason),
        )
        for e in found
    ]
