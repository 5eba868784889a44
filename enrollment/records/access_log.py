"""Who has looked at a record, as shown to its holder."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
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
    "enrollment.view_photo": _("Looked at a photo"),
    "enrollment.open_event": _("Opened the form for a change of status"),
    "enrollment.enter_event": _("Entered a change of a student's status"),
    "enrollment.undo_event": _("Undid a change of a student's status"),
    "enrollment.correction_applied": _("Corrected a record"),
    "enrollment.correction_submitted": _("Submitted a correction to the province"),
    "enrollment.correction_refused": _("Entered that the province refused a correction"),
    "support.enter_result": _("Opened the form for the province's answer"),
    "support.compare_record": _("Compared the record with what was typed in a search"),
    "enrollment.reveal_certificate": _("Showed the full certificate number"),
    "verification.open_assistance": _("Opened the page for help in person"),
    "verification.assist": _("Opened the record for an account, in person"),
    "verification.undo_assist": _("Unlinked the record from an account"),
    "verification.approve_assist": _("Confirmed who the record was opened for"),
    "verification.read_objection": _("Read an objection to a claim"),
    "verification.rescue": _("Moved the account to a new contact, in person"),
}
# Acts on a problem report that is about the record.
REPORT_ACTIONS: dict[str, str | Promise] = {
    "support.read_report": _("Read a problem report"),
    "support.correct_record": _("Opened the form for correcting a record"),
}

# Returns the keys of the problem reports about a record.
ReportFinder = Callable[[StudentRecord], Iterable[UUID]]

_report_finders: list[ReportFinder] = []


def register_report_finder(find: ReportFinder) -> None:
    """Count acts on the reports that ``find`` returns; call it in ``AppConfig.ready``."""
    _report_finders.append(find)


@dataclass(frozen=True)
class AccessEntry:
    """One access to the record by a person other than its holder."""

    at: datetime
    what: str | Promise
    who: str
    reason: str


def access_entries_of(record: StudentRecord) -> Sequence[AccessEntry]:
    """Every access to ``record`` by other people, newest first; people appear by their role.

    Reports about it count; lists and files in which the person is one of many do not.
    """
    reports = [str(key) for find in _report_finders for key in find(record)]
    of_record = Q(subject_type="record", subject_key=str(record.key), action__in=ACCESS_ACTIONS)
    of_reports = Q(subject_type="report", subject_key__in=reports, action__in=REPORT_ACTIONS)
    entries = AuditEntry.objects.filter(of_record | of_reports, actor_id__isnull=False)
    entries = entries.order_by("-pk")
    if record.holder_id is not None:
        entries = entries.exclude(actor_id=record.holder_id)
    if record.person_since is not None:
        entries = entries.filter(at__gt=record.person_since)
    found = list(entries)
    what = ACCESS_ACTIONS | REPORT_ACTIONS
    roles: dict[int, list[str]] = {}
    for grant in RoleGrant.objects.filter(user__in={e.actor_id for e in found}).order_by("role"):
        roles.setdefault(grant.user_id, []).append(str(Role(grant.role).label))
    return [
        AccessEntry(
            e.at,
            what[e.action],
            listed(roles.get(e.actor_id or 0, ())),
            reason_label(e.reason),
        )
        for e in found
    ]
