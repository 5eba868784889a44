"""Which of the fields a student objected to the school has been told the right value of."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from enrollment.fields.catalogue import report_cause
from enrollment.models import StudentRecord
from enrollment.status_page.status_line import register_unexplained_finder
from support.models import LIVE_STATES, Report, ReportState


def unexplained(record: StudentRecord, wrong: Sequence[str], since: datetime | None) -> list[str]:
    """Those of the fields ``wrong`` without a report of the holder, open or made ``since``."""
    counts = Q(state__in=LIVE_STATES)
    if since is not None:
        counts |= Q(opened_at__gte=since) & ~Q(state=ReportState.WITHDRAWN)
    reports = Report.objects.filter(counts, record=record, account=record.holder_id)
    told = set(reports.values_list("cause", flat=True))
    return [name for name in wrong if report_cause(name) not in told]


register_unexplained_finder(unexplained)
