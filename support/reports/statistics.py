"""How many reports there are and how long they wait, by cause, college and week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from enrollment.files.spreadsheets import workbook
from enrollment.models import Institution
from support.board.figures import SMALL_GROUP
from support.board.school_figures import left_out
from support.models import LIVE_STATES, Cause, Report

# How far back the usual wait is measured, and how far the statistics go.
RECENT = timedelta(days=90)
PERIOD = timedelta(days=365)

# What the reports are counted by, in words and as SQL.
BY = {
    "causes": gettext_lazy("Cause"),
    "colleges": gettext_lazy("College"),
    "weeks": gettext_lazy("Week from"),
}
_GROUPS = {
    "causes": "cause",
    "colleges": "coalesce(c.college, '')",
    "weeks": "date_trunc('week', opened_at AT TIME ZONE %(zone)s)::date",
}
_FILTERS = {"causes": "cause", "colleges": "college", "weeks": "week"}  # of the list of reports
_FIGURES = """
    SELECT {group}, count(*), count(*) FILTER (WHERE state = ANY(%(live)s)),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY first_answered_at - opened_at),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY settled_at - opened_at)
            FILTER (WHERE state = 'answered')
    FROM support_report r LEFT JOIN enrollment_schoolclass c ON c.id = r.school_class_id
    WHERE r.institution_id = ANY(%(schools)s) AND opened_at >= %(since)s
    GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Figures:
    """The reports of one cause, college or week: how many, how many still live, median waits.

    A wait is None where no report has come so far; a withdrawn one has no solution. ``is_hidden``:
    there are too few for a statistic, or those of too few could be computed from these.
    ``filter``: by what the list of reports is narrowed to these.
    """

    of: str | date
    reports: int
    live: int
    to_first_answer: timedelta | None
    to_solution: timedelta | None
    is_hidden: bool
    filter: str
    since: date

    @property
    def is_small(self) -> bool:
        """Too few reports for a statistic: it would tell of single people."""
        return self.reports < SMALL_GROUP

    @property
    def name(self) -> str:
        """The cause in words, the college, or the first day of the week."""
        return str(Cause(str(self.of)).label) if self.filter == "cause" else str(self.of)

    @property
    def query(self) -> str:
        """The query of the list of exactly these reports."""
        narrowed = {self.filter: str(self.of)} if self.of else {"no_college": "yes"}
        return urlencode({"since": self.since.isoformat(), **narrowed})


def first_day() -> date:
    """The Monday with which the statistics begin.

    A week that ended somewhere else each day would tell, by the difference, of single days.
    """
    day = timezone.localdate() - PERIOD
    return day - timedelta(days=day.weekday())


def start_of(day: date) -> datetime:
    """The moment at which ``day`` begins at the portal."""
    return timezone.make_aware(datetime.combine(day, time.min))


def figures_by(what: str, schools: Sequence[Institution], since: date) -> list[Figures]:
    """The reports of ``schools`` opened since that day by ``what`` (of ``BY``): one query.

    The most frequent cause or college is first, or the latest week. Merged reports count one by
    one; the list behind a figure is ``support.reports.desk.queue.counted``.
    """
    values: dict[str, Any] = {
        "live": list(LIVE_STATES),
        "schools": [s.pk for s in schools],
        "since": start_of(since),
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(group=_GROUPS[what]), values)
        rows = cursor.fetchall()
    hidden = left_out({of: reports for of, reports, *_rest in rows})
    found = [
        Figures(of, reports, live, answered, settled, of in hidden, _FILTERS[what], since)
        for of, reports, live, answered, settled in rows
    ]
    if what == "weeks":
        found.sort(key=lambda one: str(one.of), reverse=True)
    return found


def figures_workbook(what: str, schools: Sequence[Institution], since: date) -> BinaryIO:
    """The same figures as a workbook; waits in hours."""
    titles = [
        str(BY[what]),
        pgettext("number of", "Reports"),
        _("Still open"),
        _("To the first answer, hours"),
        _("To the solution, hours"),
    ]
    return workbook(titles, map(_row, figures_by(what, schools, since)), sheet=what)


def _row(row: Figures) -> tuple[object, ...]:
    if row.is_hidden:
        return row.name, f"< {SMALL_GROUP}" if row.is_small else _("not shown"), "", "", ""
    waits = (row.to_first_answer, row.to_solution)
    hours = ("" if wait is None else round(wait.total_seconds() / 3600) for wait in waits)
    return row.name, row.reports, row.live, *hours


def usual_wait(report: Report) -> timedelta | None:
    """The median wait for a first answer at the school of ``report``; None for too few reports."""
    since = timezone.localdate() - RECENT
    found = figures_by("causes", [report.institution], since)
    own = next((one for one in found if one.of == report.cause), None)
    return None if own is None or own.is_small else own.to_first_answer
