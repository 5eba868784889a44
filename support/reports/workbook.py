"""A batch of reports as a workbook: what the registrar takes to the province or the archive."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import write_worksheet

from enrollment.identity.number import mask_number
from support.board.export import text_cell
from support.models import Cause, Report


def reports_workbook(reports: Iterable[Report]) -> bytes:
    """``reports`` row by row; numbers masked, no cell a formula (SECURITY T16)."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "reports.xlsx"
        write_worksheet(list(_rows(reports)), str(path), sheet_name="reports")
        return path.read_bytes()


def _rows(reports: Iterable[Report]) -> Iterator[dict[str, str]]:
    for report in reports:
        stated = report.stated
        is_number = report.cause == Cause.CERTIFICATE
        correct = mask_number(stated["correct"]) if is_number else stated["correct"]
        cells = {
            _("Number"): report.number,
            _("Class"): report.school_class.code if report.school_class else "",
            _("Student number"): report.record.student_number if report.record else "",
            _("Name"): stated["name"],
            _("Cause"): str(Cause(report.cause).label),
            _("The registry says"): stated["registry"],
            _("What it should be"): correct,
            _("State"): str(report.get_state_display()),
            _("Opened on"): f"{localtime(report.opened_at):%Y-%m-%d}",
        }
        yield {title: text_cell(text) for title, text in cells.items()}
