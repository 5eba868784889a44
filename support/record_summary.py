"""What this app adds to the pages about a record: its reports, and the last reminder."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.queries import of_present_person
from enrollment.records.access_log import register_report_finder
from enrollment.records.summary import SummaryFact, one, register_summary
from support.models import Reminded, Report
from support.reports.queries import reports_visible_to

_SHOWN = 5  # reports, the newest first


def reported_and_reminded(record: StudentRecord, user: User) -> Iterator[SummaryFact]:
    """The reports about the record that ``user`` may read, and the day of the last reminder."""
    reports = (
        reports_visible_to(user)
        .filter(of_present_person("opened_at"), record=record)
        .order_by("-pk")[:_SHOWN]
    )
    lines = [
        (
            f"{report.number} · {report.get_cause_display()} · {report.state_for_staff}",
            reverse("support:queue_report", args=[report.key]),
        )
        for report in reports
    ]
    yield SummaryFact(_("Reports"), lines or [("—", "")])
    reminded = Reminded.objects.filter(record=record).order_by("-day").first()
    yield one(_("Last reminded"), date_format(reminded.day, "Y-m-d") if reminded else "—")


def report_keys(record: StudentRecord) -> Iterable[UUID]:
    """The keys of the reports that the holder of ``record`` has made about it."""
    mine = Report.objects.filter(record=record, account=record.holder_id)
    return mine.values_list("key", flat=True)


register_summary(reported_and_reminded)
register_report_finder(report_keys)
