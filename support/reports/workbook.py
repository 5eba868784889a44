"""A batch of problem reports as a workbook, for the province or the archive."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from enrollment.files.spreadsheets import workbook
from enrollment.identity.number import mask_number
from support.models import Cause, Report


def reports_workbook(reports: Iterable[Report]) -> BinaryIO:
    """``reports`` row by row; numbers masked."""
    titles = [
        _("Number"),
        _("Class"),
        _("Student number"),
        _("Name"),
        _("Cause"),
        _("The registry says"),
        _("What it should be"),
        _("State"),
        _("Opened on"),
    ]
    return workbook(titles, _rows(reports), sheet="reports")


def _rows(reports: Iterable[Report]) -> Iterator[tuple[str, ...]]:
    for report in reports:
        stated, record = report.stated, report.present_record
        is_number = report.cause == Cause.CERTIFICATE
        yield (
            report.number,
            report.school_class.code if report.school_class else "",
            record.student_number if record else "",
            stated["name"],
            str(Cause(report.cause).label),
            stated["registry"],
            mask_number(stated["correct"]) if is_number else stated["correct"],
            report.state_for_staff,
            f"{localtime(report.opened_at):%Y-%m-%d}",
        )
