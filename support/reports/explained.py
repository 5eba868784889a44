"""What the school was told of the fields a student objected to, and what it did about them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from enrollment.fields.catalogue import report_cause
from enrollment.models import StudentRecord
from enrollment.status_page.status_line import (
    Face,
    Reply,
    register_reply_finder,
    register_unexplained_finder,
)
from support.models import LIVE_STATES, Report, ReportState


def unexplained(record: StudentRecord, wrong: Sequence[str], since: datetime | None) -> list[str]:
    """Those of the fields ``wrong`` without a report of the holder, open or made ``since``."""
    told = set(_reports(record, since).values_list("cause", flat=True))
    return [name for name in wrong if report_cause(name) not in told]


def reply(record: StudentRecord, wrong: Sequence[str], since: datetime | None) -> Reply | None:
    """The question the school asks about the fields ``wrong``, or its answer to all of them."""
    about = _reports(record, since).filter(cause__in={report_cause(name) for name in wrong})
    found = list(about.order_by("-opened_at").only("key", "state"))
    asked = next((one for one in found if one.state == ReportState.ASKED), None)
    if asked is not None:
        return Reply(Face.ASKED, reverse("support:report", args=[asked.key]))
    if any(one.state != ReportState.ANSWERED for one in found) or not found:
        return None
    return Reply(Face.ANSWERED, reverse("support:report", args=[found[0].key]))


def _reports(record: StudentRecord, since: datetime | None) -> QuerySet[Report]:
    counts = Q(state__in=LIVE_STATES)
    if since is not None:
        counts |= Q(opened_at__gte=since) & ~Q(state=ReportState.WITHDRAWN)
    return Report.objects.filter(counts, record=record, account=record.holder_id)


register_unexplained_finder(unexplained)
register_reply_finder(reply)
