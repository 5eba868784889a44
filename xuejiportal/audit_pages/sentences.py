"""Entries of the trail as sentences: who did what with whom, in words instead of keys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.identity.name import mask_name
from enrollment.models import ImportBatch, Institution, SchoolClass, StudentRecord
from enrollment.records.access_reasons import reason_label
from support.models import Report
from xuejiportal.audit_pages.act_names import name_of


@dataclass(frozen=True)
class Line:
    """One entry. ``actor`` is the key of the member of staff who acted, for a link.

    ``at`` is local time: formatted by the page, fifty lines would cost a third of its time.
    """

    entry: AuditEntry
    at: datetime
    who: str
    actor: UUID | None
    act: str
    about: str
    record: str
    reason: str

    @property
    def day_and_minute(self) -> str:
        """When, as a reader needs it."""
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def exact_time(self) -> str:
        """When, to the second, for machines."""
        return self.at.isoformat(timespec="seconds")


def lines_of(entries: Sequence[AuditEntry]) -> list[Line]:
    """``entries`` as sentences: one query for each kind of thing they are about."""
    actors = _accounts_by_id({entry.actor_id for entry in entries if entry.actor_id})
    names = {kind: _names(kind, entries) for kind in _NAMED}
    return [_line(entry, actors.get(entry.actor_id or 0), names) for entry in entries]


def person_names(ids: Iterable[int]) -> dict[int, str]:
    """The accounts with these ids as ``person_name`` has them; those deleted are left out."""
    return {pk: person_name(account) for pk, account in _accounts_by_id(ids).items()}


def person_name(account: User) -> str:
    """A member of staff, also a former one, with role and name; a student as a number."""
    if not _is_named(account):
        return _("account %(number)s") % {"number": account.pk}
    roles = [str(role.label) for role in Role if role in account.roles]
    return " ".join([*roles, account.shown_name])


def record_title(record: StudentRecord) -> str:
    """A student as auditors read it: the masked name and the class."""
    name = mask_name(record.name)
    return f"{name}（{record.school_class.code}）" if record.school_class else name


def _line(entry: AuditEntry, actor: User | None, names: Mapping[str, Mapping[str, str]]) -> Line:
    is_record = entry.subject_type == "record"
    return Line(
        entry=entry,
        at=localtime(entry.at),
        who=_who(entry, actor),
        actor=actor.key if actor is not None and _is_named(actor) else None,
        act=_inside_sentence(name_of(entry.action)),
        about=names.get(entry.subject_type, {}).get(entry.subject_key, ""),
        record=entry.subject_key if is_record else "",
        reason=reason_label(entry.reason) if entry.reason else "",
    )


def _accounts_by_id(ids: Iterable[int]) -> dict[int, User]:
    return User.objects.prefetch_related("role_grants").in_bulk(set(ids))


def _inside_sentence(act: str) -> str:
    return f"{act[:1].lower()}{act[1:]}"


def _is_named(account: User) -> bool:
    return bool(account.staff_name) or not account.is_student


def _who(entry: AuditEntry, actor: User | None) -> str:
    if actor is not None:
        return person_name(actor)
    if entry.actor_id is not None:
        return _("a deleted account")
    return _("the portal")


def _names(kind: str, entries: Iterable[AuditEntry]) -> dict[str, str]:
    keys = {entry.subject_key for entry in entries if entry.subject_type == kind}
    return _NAMED[kind](keys) if keys else {}


def _records(keys: Iterable[str]) -> dict[str, str]:
    found = StudentRecord.objects.filter(key__in=keys).select_related("school_class")
    return {str(record.key): record_title(record) for record in found}


def _reports(keys: Iterable[str]) -> dict[str, str]:
    found = Report.objects.filter(key__in=keys).only("key", "opened_at")
    return {str(report.key): report.number for report in found}


def _classes(keys: Iterable[str]) -> dict[str, str]:
    numbers = [int(key) for key in keys if key.isdecimal()]
    found = SchoolClass.objects.filter(pk__in=numbers).values_list("pk", "code")
    return {str(key): code for key, code in found}


def _accounts(keys: Iterable[str]) -> dict[str, str]:
    found = User.objects.filter(key__in=keys).prefetch_related("role_grants")
    return {str(account.key): person_name(account) for account in found}


def _files(keys: Iterable[str]) -> dict[str, str]:
    found = ImportBatch.objects.filter(key__in=keys).values_list("key", "file_name")
    return {str(key): name for key, name in found}


def _institutions(keys: Iterable[str]) -> dict[str, str]:
    return dict(Institution.objects.filter(code__in=keys).values_list("code", "name"))


_NAMED: dict[str, Callable[[Iterable[str]], dict[str, str]]] = {
    "record": _records,
    "report": _reports,
    "class": _classes,
    "account": _accounts,
    "import_batch": _files,
    "institution": _institutions,
}
