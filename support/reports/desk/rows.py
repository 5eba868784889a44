"""A report as one row of a list: who, what is wrong, what it should be, what shows it, how old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from enrollment.identity.number import mask_number
from enrollment.models import EvidenceFile, EvidencePurpose
from support.models import LIVE_STATES, Cause, Report, ReportEntry, ReportState
from support.reports.desk.queue import OF_SCHOOL, REPLY_WITHIN
from support.reports.queries import OF_PERSON
from support.templatetags.waits import age

_NO_KEY = str(UUID(int=0))
WORDS = 60  # characters of the person's own words in a row


@dataclass(frozen=True)
class Row:
    """One report. ``correct`` is masked where it is a number; ``words`` are shortened."""

    report: Report
    path: str
    cause: str
    name: str
    student_number: str
    registry: str
    correct: str
    class_name: str
    class_is_known: bool
    words: str
    files: int
    alike: int

    @property
    def since(self) -> datetime:
        """Since when it waits where it is."""
        is_open = self.report.state == ReportState.OPEN
        return self.report.opened_at if is_open else self.report.changed_at

    @property
    def age(self) -> str:
        """How old it is where it is."""
        return gettext("%(age)s old") % {"age": age(self.since)}

    @property
    def is_unanswered(self) -> bool:
        """Whether the school has asked and got no reply in time."""
        late = timezone.now() - REPLY_WITHIN
        return self.report.state == ReportState.ASKED and self.report.changed_at < late

    @property
    def group(self) -> str:
        """Its cause and class, or its school where it has no class, as the form names them."""
        report = self.report
        return f"{report.cause}:{report.school_class_id or f'{OF_SCHOOL}{report.institution_id}'}"


def rows_of(reports: Sequence[Report]) -> list[Row]:
    """``reports`` as rows: three queries, however many there are."""
    words, files, alike = _words(reports), _files(reports), _alike(reports)
    page = _Page()
    return [
        _row(
            page,
            report,
            words.get(report.pk, ""),
            files.get(report.key, 0),
            alike.get(report.pk, 0),
        )
        for report in reports
    ]


class _Page:
    """What the rows of a page have in common: texts of causes, the address of a report."""

    def __init__(self) -> None:
        self.causes = {cause.value: str(cause.label) for cause in Cause}
        self.path = reverse("support:queue_report", args=[_NO_KEY])

    def path_of(self, report: Report) -> str:
        """The address of ``report``."""
        return self.path.replace(_NO_KEY, str(report.key))


def _row(page: _Page, report: Report, words: str, files: int, alike: int) -> Row:
    stated = report.stated
    is_number = report.cause == Cause.CERTIFICATE
    known, record = report.school_class, report.present_record
    return Row(
        report=report,
        path=page.path_of(report),
        cause=page.causes[report.cause],
        name=record.name if record else stated["name"],
        student_number=record.student_number if record else "",
        registry=stated["registry"],
        correct=mask_number(stated["correct"]) if is_number else stated["correct"],
        class_name=known.code if known else stated["class"],
        class_is_known=known is not None,
        words=words if len(words) <= WORDS else f"{words[:WORDS]}…",
        files=files,
        alike=alike,
    )


def _words(reports: Sequence[Report]) -> dict[int, str]:
    said = ReportEntry.objects.filter(report__in=reports, kind__in=OF_PERSON)
    newest = said.order_by("report_id", "-pk").distinct("report_id")
    return {entry.report_id: entry.words for entry in newest}


def _files(reports: Sequence[Report]) -> dict[UUID, int]:
    given = EvidenceFile.objects.filter(
        purpose=EvidencePurpose.REPORT, subject__in=[report.key for report in reports]
    )
    return dict(given.values_list("subject").annotate(times=Count("pk")))


def _alike(reports: Sequence[Report]) -> dict[int, int]:
    merged = Report.objects.filter(merged_into__in=reports, state__in=LIVE_STATES)
    return dict(merged.values_list("merged_into").annotate(times=Count("pk")))
