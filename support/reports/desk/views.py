"""The list of reports: whose turn it is, found, chosen, answered; many alike, one answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import cast

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role
from accounts.models import User
from accounts.privacy.personal_data import note_access, personal_data
from accounts.requests.next_page import next_page
from accounts.roles import RECORD_KEEPERS, Role
from enrollment.offices import classes_of, institutions_of
from support.digest_rhythm import digest_rhythm
from support.models import Cause, Report, ReportBatch
from support.reports import queries
from support.reports.batches import Contents, contents_of
from support.reports.desk import services
from support.reports.desk.acts import NO_LONGER_WAITING, NothingDoneError, act_on, said_of
from support.reports.desk.forms import FindForm, RhythmForm, StaffForm
from support.reports.desk.queue import (
    FILTERS,
    Tab,
    counted,
    counts_by_tab,
    narrowed,
    of_groups,
    queue_of,
    reports_in,
    search,
    waiting_by_class,
)
from support.reports.desk.ready_answers import ready_answers
from support.reports.desk.rows import Row, rows_of

PAGE_SIZE = 50
ACTED_ON = (Tab.WAITING, Tab.ASKED)  # the tabs on which reports are chosen


@dataclass(frozen=True)
class Wanted:
    """What of the list is wanted: a tab and filters of the address, or words that were sent.

    ``since``: what the statistics count since that day, in place of a tab.
    """

    tab: Tab
    filters: dict[str, str]
    find: FindForm
    since: date | None = None

    @classmethod
    def by(cls, request: HttpRequest) -> "Wanted":
        """As the address and the form say; what waits for unknown tabs."""
        tab = request.GET.get("state", "")
        since = _day(request.GET.get("since", ""))
        filters = {name: request.GET.get(name, "") for name in FILTERS}
        searched = request.method == "POST" and "find" in request.POST
        find = FindForm(request.POST if searched else None)
        if since:
            return cls(Tab.ALL, filters, find, since)
        return cls(Tab(tab) if tab in Tab.values else Tab.WAITING, filters, find)

    @property
    def cause(self) -> Cause | None:
        """The cause to which the list is narrowed."""
        name = self.filters["cause"]
        return Cause(name) if name in Cause.values else None

    @property
    def words(self) -> str:
        """Whose report is looked for; "" without a search."""
        return self.find.cleaned_data["find"] if self.find.is_valid() else ""

    @property
    def is_whole_tab(self) -> bool:
        """Whether it is all of a tab, so that the number of the tab is its length."""
        return not (self.words or self.since or any(self.filters.values()))

    @property
    def are_chosen(self) -> bool:
        """Whether reports can be chosen and acted on together."""
        return self.tab in ACTED_ON and not self.words

    def reports(self, staff: User) -> QuerySet[Report]:
        """The reports that are wanted."""
        if self.words:
            return search(staff, self.words)
        found = counted(staff, self.since) if self.since else reports_in(staff, self.tab)
        return narrowed(found, self.filters)


@personal_data("support.list_reports")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """My reports by whose turn it is; those that are chosen are answered together."""
    staff = require_role(request, *RECORD_KEEPERS)
    wanted = Wanted.by(request)
    found = wanted.reports(staff)
    counts = counts_by_tab(staff)
    pages = Paginator(_with_what_is_shown(found), PAGE_SIZE)
    if wanted.is_whole_tab:
        vars(pages)["count"] = counts[wanted.tab]  # it would be asked again
    page = pages.get_page(request.GET.get("page"))
    rows = rows_of(list(page))
    form = _form(request, rows, found)
    if form.is_bound and form.is_valid() and _done(request, staff, form, found):
        return redirect(request.get_full_path())
    note_access(
        request,
        people=len(rows),
        subject_type="queue",
        subject_key="",
        institution_code=rows[0].report.institution.code if rows else "",
    )
    return render(
        request,
        "support/reports/queue.html",
        _context(staff, wanted, page, rows, counts) | {"form": form, "ticked": _ticked(form, rows)},
    )


@require_POST
def hand_on_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of a class that waits goes to the registrar as one batch."""
    counselor = require_role(request, Role.COUNSELOR)
    school_class = get_object_or_404(classes_of(counselor), pk=pk)
    waiting = queue_of(counselor).filter(school_class=school_class)
    number = services.hand_on(reports=waiting.order_by(), words="", by=counselor)
    if number:
        messages.success(request, said_of("hand_on", number))
    else:
        messages.error(request, NO_LONGER_WAITING)
    return redirect(next_page(request, otherwise=reverse("support:queue")))


def _with_what_is_shown(found: QuerySet[Report]) -> QuerySet[Report]:
    """``found`` with records that are read for one page alone; a join reads them for all."""
    joined = found.select_related(None).select_related("school_class", "institution")
    return joined.prefetch_related("record")


def _ticked(form: StaffForm, rows: list[Row]) -> set[int]:
    """The reports that were chosen, where the form comes back with an error."""
    chosen = set(form["reports"].value() or ())
    return {row.report.pk for row in rows if str(row.report.key) in chosen} if chosen else set()


def _context(
    staff: User, wanted: Wanted, page: Page[Report], rows: list[Row], counts: dict[str, int]
) -> dict[str, object]:
    is_counselor = Role.COUNSELOR in staff.roles
    return {
        "groups": _groups(rows, wanted, page),
        "page": page,
        "wanted": wanted,
        "tabs": [(tab, _label(tab, staff), counts[tab]) for tab in Tab],
        "waiting": counts[Tab.WAITING],
        "of_several_schools": institutions_of(staff).count() > 1
        or len({row.report.institution_id for row in rows}) > 1,
        "may_hand_on": is_counselor,
        "whole_classes": waiting_by_class(staff) if is_counselor else [],
        "filters": {} if wanted.words else _filters(reports_in(staff, wanted.tab)),
        "batches": _batches(staff),
        "rhythm": RhythmForm(initial={"rhythm": digest_rhythm(staff)}),
    }


def _form(request: HttpRequest, rows: list[Row], found: QuerySet[Report]) -> StaffForm:
    """The form of the acts; reports within scope may also be sent from their own page."""
    data = request.POST if request.method == "POST" and "find" not in request.POST else None
    posted = [key for key in request.POST.getlist("reports") if queries.is_key(key)]
    within = queries.reports_visible_to(request.user).filter(key__in=posted[:PAGE_SIZE])
    return StaffForm(
        data,
        keys=[str(report.key) for report in [*(row.report for row in rows), *within]],
        groups={row.group for row in rows},
        ready=ready_answers(sorted({row.report.cause for row in rows})),
    )


def _done(request: HttpRequest, staff: User, form: StaffForm, found: QuerySet[Report]) -> bool:
    given = form.cleaned_data
    whole = of_groups(found, given["groups"]).order_by()
    visible = queries.reports_visible_to(staff)
    one_by_one = visible.filter(key__in=given["reports"])
    chosen = visible.filter(pk__in=[*one_by_one.values_list("pk", flat=True), *_keys(whole)])
    try:
        messages.success(request, act_on(chosen, form, staff))
    except NothingDoneError as error:
        form.add_error("reports", error.message)
    return not form.errors


def _keys(reports: QuerySet[Report]) -> Sequence[int]:
    return list(reports.values_list("pk", flat=True))


def _groups(
    rows: list[Row], wanted: Wanted, page: Page[Report]
) -> list[tuple[str, str, list[Row], int]]:
    """What waits by cause and class: title, key, rows, how many the whole group has.

    One group without title for the rest.
    """
    if wanted.tab != Tab.WAITING or wanted.words:
        return [("", "", rows, len(rows))] if rows else []
    groups = [(key, list(members)) for key, members in groupby(rows, key=lambda row: row.group)]
    # The first and the last one may go on on another page.
    edges = {key for key, _members in groups[:1] + groups[-1:]} if page.has_other_pages() else ()
    found = cast("QuerySet[Report]", page.paginator.object_list)
    sizes = {key: of_groups(found, [key]).order_by().count() for key in edges}
    return [
        (str(Cause(key.partition(":")[0]).label), key, members, sizes.get(key, len(members)))
        for key, members in groups
    ]


def _batches(staff: User) -> list[tuple[ReportBatch, Contents, str, int]]:
    """What was passed on together: its contents, the query of its list, how many reports it has.

    It lists what waits for ``staff``; where nothing does, what is still open elsewhere.
    """
    batches = list(queries.batches_visible_to(staff))
    if not batches:
        return []
    counted = queue_of(staff).exclude(batch=None).order_by().values_list("batch")
    waiting: dict[int | None, int] = dict(counted.annotate(times=Count("pk")))
    contents = contents_of(batches)
    return [
        (batch, contents[batch.pk], f"batch={batch.key}", waiting[batch.pk])
        if batch.pk in waiting
        else (
            batch,
            contents[batch.pk],
            f"state=all&live=yes&batch={batch.key}",
            vars(batch)["live"],
        )
        for batch in batches
    ]


def _filters(reports: QuerySet[Report]) -> dict[str, Sequence[object]]:
    """What the list can be narrowed to: causes and colleges, each once, where there are several."""
    pairs = set(reports.order_by().values_list("cause", "school_class__college").distinct())
    causes = [cause for cause in Cause if cause in {cause for cause, _college in pairs}]
    colleges = sorted({college for _cause, college in pairs if college})
    return {
        "causes": causes if len(causes) > 1 else [],
        "colleges": colleges if len(colleges) > 1 else [],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _label(tab: Tab, staff: User) -> str | Promise:
    if tab == Tab.ELSEWHERE and Role.COUNSELOR not in staff.roles:
        return _("With the counselor")
    return tab.label
