"""How long reports wait and are worked on, by cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from enrollment.models import Institution
from support.board.figures import SMALL_GROUP
from support.models import LIVE_STATES, Cause, Report

# How far back the usual wait is measured.
RECENT = timedelta(days=90)

_FIGURES = """
    SELECT cause, count(*), count(*) FILTER (WHERE state = ANY(%(live)s)),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY first_answered_at - opened_at),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY settled_at - opened_at)
    FROM support_report
    WHERE institution_id = ANY(%(schools)s) AND opened_at >= %(since)s
    GROUP BY cause ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class CauseFigures:
    """One cause: how many reports, how many still live, the median waits (None: none yet)."""

    cause: Cause
    reports: int
    live: int
    to_first_answer: timedelta | None
    to_solution: timedelta | None

    @property
    def is_small(self) -> bool:
        """Too few reports for a statistic: it would tell of single people."""
        return self.reports < SMALL_GROUP


def figures_by_cause(schools: Sequence[Institution], since: datetime) -> list[CauseFigures]:
    """The reports of ``schools`` opened since then, the most frequent cause first: one query."""
    values: dict[str, Any] = {
        "live": list(LIVE_STATES),
        "schools": [s.pk for s in schools],
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        return [CauseFigures(Cause(cause), *rest) for cause, *rest in cursor.fetchall()]


def usual_wait(report: Report) -> timedelta | None:
    """The median wait for a first answer at the school of ``report``; None for too few reports."""
    since = timezone.now() - RECENT
    found = figures_by_cause([report.institution], since)
    own = next((one for one in found if one.cause == report.cause), None)
    return None if own is None or own.is_small else own.to_first_answer
