"""What waits for a member of staff: of each kind how many, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
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
_ANYBODY = -1_000_001  # in place of a person's key; no other value of the query is the same
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
    roles = user.roles.intersection(RECORD_KEEPERS)
    if not roles:
        return []
    sql, values = _statement(roles)
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk if value == _ANYBODY else value for value in values])
        found = {kind: (number, oldest) for kind, number, oldest in cursor.fetchall()}
    return [
        Waiting(s.kind, s.label, *found.get(s.kind, (0, None)), reverse(s.page) + s.query)
        for s in _sources_of(roles)
    ]


def statement_of(user: User) -> tuple[str, tuple[Any, ...]]:
    """The query of ``waiting_for`` and its values: of ``user`` only roles and key are in it."""
    first, *others = [_counted(source, user) for source in _sources_of(user.roles)]
    counted = first.union(*others, all=True) if others else first
    return counted.query.sql_with_params()


@cache
def _statement(roles: frozenset[Role]) -> tuple[str, tuple[Any, ...]]:
    """The query of whoever holds ``roles``, with ``_ANYBODY`` in place of the person's key.

    Every page of staff asks it, and composing it takes longer than answering it.
    """
    anybody = User(pk=_ANYBODY)
    vars(anybody)["roles"] = roles
    return statement_of(anybody)


def _sources_of(roles: frozenset[Role]) -> list[_Source]:
    return [source for source in _SOURCES if roles.intersection(source.roles)]


def _counted(source: _Source, user: User) -> QuerySet[Any, Any]:
    """One row (kind, number, oldest); none where nothing waits."""
    rows = source.rows(user).order_by()
    never = Value(None, output_field=DateTimeField())
    oldest = Min(source.since) if source.since else never
    if rows.query.annotations:  # which would divide the rows into groups
        rows = QuerySet(rows.model).filter(pk__in=rows.values("pk"))
    kinds = rows.annotate(work=Value(source.kind)).values("work")
    counted: QuerySet[Any, Any] = kinds.annotate(work_number=Count("pk"), work_oldest=oldest)
    return counted.values_list("work", "work_number", "work_oldest")
