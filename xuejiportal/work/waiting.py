"""What waits for a member of staff: of each kind how many, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, Min, QuerySet, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import notices_of
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.models import BatchState, PhotoBatchState, SchoolClass
from enrollment.offices import without_counselor
from enrollment.queries import batches_visible_to, institutions_of, photo_batches_visible_to
from enrollment.records.corrections.services import submissions_of
from support.reports.desk.queue import queue_of
from support.reports.queries import batches_visible_to as report_batches_visible_to
from verification.disputes.claim_objections import objections_visible_to
from verification.models import DisputeState
from verification.queries import disputes_visible_to


@dataclass(frozen=True)
class Waiting:
    """One kind of work: ``number`` wait, the oldest since ``oldest``, done on ``path``."""

    kind: str
    label: str | Promise
    number: int
    oldest: datetime | None
    path: str


@dataclass(frozen=True)
class _Source:
    """Where waiting work is found: rows for a person, and the column of the moment it came."""

    kind: str
    label: str | Promise
    roles: tuple[Role, ...]
    rows: Callable[[User], QuerySet[Any]]
    since: str
    page: str
    query: str = ""


_REGISTRAR = (Role.REGISTRAR,)
_SOURCES = (
    _Source(
        "reports", _("Problem reports"), RECORD_KEEPERS, queue_of, "opened_at", "support:queue"
    ),
    _Source(
        "batches", _("Passed on by counselors"), _REGISTRAR,
        report_batches_visible_to, "handed_on_at", "support:queue",
    ),
    _Source(
        "province", _("Waiting for the province"), _REGISTRAR,
        submissions_of, "made_at", "support:submissions",
    ),
    _Source(
        "disputes", _("Identity disputes"), _REGISTRAR,
        lambda user: disputes_visible_to(user).filter(state=DisputeState.OPEN),
        "opened_at", "verification:disputes",
    ),
    _Source(
        "objections", _("Objections to a claim"), _REGISTRAR,
        lambda user: objections_visible_to(user).filter(settled_at=None),
        "objected_at", "verification:disputes",
    ),
    _Source(
        "imports", _("Files checked, not published"), _REGISTRAR,
        lambda user: batches_visible_to(user).filter(state=BatchState.REHEARSED),
        "created_at", "registry:imports",
    ),
    _Source(
        "photos", _("Photos checked, not imported"), _REGISTRAR,
        lambda user: photo_batches_visible_to(user).filter(state=PhotoBatchState.CHECKED),
        "created_at", "registry:photo_batches",
    ),
    _Source(
        "classes", _("Classes without a counselor"), _REGISTRAR,
        lambda user: SchoolClass.objects.filter(
            without_counselor("pk"), institution__in=institutions_of(user)
        ),
        "", "registry:classes", "?counselor=none",
    ),
    _Source(
        "notices", _("Unread notices"), RECORD_KEEPERS,
        lambda user: notices_of(user).filter(read_at=None), "made_at", "accounts:notices",
    ),
)  # fmt: skip


def waiting_for(user: User) -> list[Waiting]:
    """Every kind of work of this person, also with nothing waiting: one query for all."""
    mine = [source for source in _SOURCES if user.roles.intersection(source.roles)]
    if not mine:
        return []
    first, *others = [_counted(source, user) for source in mine]
    counted = first.union(*others, all=True) if others else first
    found = {kind: (number, oldest) for kind, number, oldest in counted}
    return [
        Waiting(s.kind, s.label, *found.get(s.kind, (0, None)), reverse(s.page) + s.query)
        for s in mine
    ]


def _counted(source: _Source, user: User) -> QuerySet[Any, Any]:
    """One row (kind, number, oldest); none where nothing waits."""
    rows = source.rows(user).order_by()
    never = Value(None, output_field=DateTimeField())
    oldest = Min(source.since) if source.since else never
    found: QuerySet[Any] = QuerySet(rows.model).filter(pk__in=rows.values("pk"))
    kinds = found.annotate(work=Value(source.kind)).values("work")
    counted: QuerySet[Any, Any] = kinds.annotate(work_number=Count("pk"), work_oldest=oldest)
    return counted.values_list("work", "work_number", "work_oldest")
