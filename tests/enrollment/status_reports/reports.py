"""A student issues a report; a reader asks for it."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enrollment.models import (
    StatusReport,
    StudentRecord,
)
from enrollment.status_reports.tasks import print_status_report


def issue(holder: Client, record: StudentRecord, **answers: object) -> StatusReport:
    """Issue a report through the page."""
    given = {"purpose": "实习申请", "language": "both", "days": 30, "pin": "", **answers}
    holder.post(f"/status/{record.key}/reports/", given)
    report = StatusReport.objects.latest("pk")
    print_status_report(report.pk)
    report.refresh_from_db()
    return report


def file_of(holder: Client, report: StatusReport) -> bytes:
    return holder.get(f"/status/reports/{report.key}/file/").content


def ask(code: str, pin: str = "") -> str:
    return Client().post("/status/report/", {"code": code, "pin": pin}).content.decode()


def bring(content: bytes) -> str:
    file = SimpleUploadedFile("report.pdf", content, content_type="application/pdf")
    return Client().post("/status/report/", {"file": file}).content.decode()
