"""Status reports (学籍验证报告): printed, verified by code and PIN, extended, revoked."""

import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from audit.models import AuditEntry
from enrollment.models import (
    FieldChange,
    Photo,
    PhotoKind,
    StatusReport,
    StudentRecord,
)
from enrollment.status_reports import rendering
from enrollment.status_reports import tasks as status_report_tasks
from enrollment.status_reports.tasks import print_status_report, sweep_reports
from tests.enrollment.status_reports.reports import ask, file_of, issue
from tests.people import make_account, sample_number
from vault.cipher import seal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

NUMBER = sample_number(31)


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client.force_login(wang)
    return client


def test_the_report_is_a_page_for_each_language(holder: Client, wang_record: StudentRecord) -> None:
    pdf = file_of(holder, issue(holder, wang_record))
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert len(pages) == 2
    assert "注册学籍" in pages[0]
    assert "王明" in pages[0]
    assert "Mode of study" in pages[1]
    assert NUMBER not in "".join(pages)


def test_rare_characters_are_printed(holder: Client, wang_record: StudentRecord) -> None:
    name = "王㛃䶮\U00020087\U0002cc56·艾力"
    StudentRecord.objects.filter(pk=wang_record.pk).update(name=name)
    pdf = file_of(holder, issue(holder, wang_record, language="zh"))
    assert name in PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_the_code_gives_four_verdicts(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record)
    text = ask(report.spaced_code.lower())
    for shown in ["由本站出具", "由 明德示范大学 出具", "仍然有效", "没有变更"]:
        assert shown in text, shown
    assert NUMBER not in text
    english = Client(headers={"accept-language": "en"}).get(f"/status/report/{report.code}/")
    assert "Registered" in english.content.decode()
    link = Client().get(f"/status/report/{report.code}/")
    assert "王明" in link.content.decode()
    assert link.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert "no-store" in link.headers["Cache-Control"]


def test_a_later_change_is_named(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record)
    FieldChange.objects.create(
        record=wang_record, field="status", old="注册学籍", new="退学", version=2
    )
    text = ask(report.code)
    assert "出具后有变更" in text
    assert "学籍状态" in text


def test_it_expires_is_extended_and_revoked(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record)
    past = timezone.now() - timedelta(days=1)
    StatusReport.objects.update(valid_until=past, issued_at=past - timedelta(days=1))
    assert "已失效" in ask(report.code)
    holder.post(f"/status/reports/{report.key}/extend/", {"days": 180})
    assert "仍然有效" in ask(report.code)
    holder.post(f"/status/reports/{report.key}/revoke/")
    assert "已失效" in ask(report.code)
    holder.post(f"/status/reports/{report.key}/extend/", {"days": 180})
    assert "已失效" in ask(report.code), "a revoked report stays revoked"
    acts = AuditEntry.objects.filter(detail__report=str(report.key)).values_list(
        "action", flat=True
    )
    assert sorted(acts) == [
        "enrollment.extend_report",
        "enrollment.issue_report",
        "enrollment.revoke_report",
    ]


def test_the_photo_is_for_readers_who_were_told_the_pin(
    holder: Client, wang_record: StudentRecord
) -> None:
    key = uuid.uuid4()
    picture = seal(b"\xff\xd8 a portrait", context=f"photo:{key}")
    name = default_storage.save(f"photos/{key}", ContentFile(picture))
    Photo.objects.create(
        key=key, record=wang_record, kind=PhotoKind.ADMISSION, stored_as=name,
        thumbnail_stored_as=name, width=480, height=640,
    )  # fmt: skip
    for pin, shows in [("246810", True), ("", False)]:
        with mock.patch("enrollment.status_reports.rendering.photo_of", return_value=None):
            report = issue(holder, wang_record, pin=pin)
        page = ask(report.code, pin)
        assert "王明" in page
        assert ("data:image/jpeg" in page) is shows
    assert "data:image/jpeg" not in ask(report.code, "000000")


def test_a_typing_error_is_called_one() -> None:
    page = ask("ABCD-EFGH-JKLM-NPQR")
    assert "没有使用此核验码的报告" in page
    assert "不真实" not in page


def test_the_pin_guards_the_code_and_its_tries_run_out(
    holder: Client, wang_record: StudentRecord
) -> None:
    report = issue(holder, wang_record, pin="246810")
    assert "王明" not in ask(report.code)
    assert "王明" in ask(report.code, "246810")
    for _ in range(5):
        assert "王明" not in ask(report.code, "000000")
    assert "王明" not in ask(report.code, "246810")
    report.refresh_from_db()
    assert "246810" not in report.pin_hash


@pytest.mark.parametrize(
    "answers", [{"days": 0}, {"days": 181}, {"days": "x"}, {"pin": "12a456"}, {"pin": "12345"},
                {"pin": "١٢٣٤٥٦"}, {"purpose": ""}, {"purpose": "长" * 61}, {"language": "fr"}],
)  # fmt: skip
def test_impossible_wishes_are_told_at_the_field(
    answers: dict[str, object], holder: Client, wang_record: StudentRecord
) -> None:
    given = {"purpose": "实习申请", "language": "zh", "days": 30, "pin": "", **answers}
    page = holder.post(f"/status/{wang_record.key}/reports/", given)
    assert "error-summary" in page.content.decode()
    assert not StatusReport.objects.exists()


def test_strangers_find_no_report(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record)
    stranger = Client()
    stranger.force_login(make_account("stranger@example.org"))
    assert stranger.get(f"/status/{wang_record.key}/reports/").status_code == 404
    for page in ["", "file/"]:
        assert stranger.get(f"/status/reports/{report.key}/{page}").status_code == 404
    for act in ["extend", "revoke"]:
        answer = stranger.post(f"/status/reports/{report.key}/{act}/", {"days": 1})
        assert answer.status_code == 404
    report.refresh_from_db()
    assert report.revoked_at is None


def test_neither_the_file_nor_the_row_holds_anything_in_clear(
    holder: Client, wang_record: StudentRecord, media: Path
) -> None:
    report = issue(holder, wang_record)
    [stored] = (media / "reports").iterdir()
    assert b"%PDF" not in stored.read_bytes()
    assert "王明".encode() not in bytes(report.facts_sealed)


def test_until_the_file_is_printed_its_page_waits(
    holder: Client, wang_record: StudentRecord
) -> None:
    given = {"purpose": "实习申请", "language": "zh", "days": 30, "pin": ""}
    page = holder.post(f"/status/{wang_record.key}/reports/", given, follow=True)
    report = StatusReport.objects.get()
    assert "正在生成并签名" in page.content.decode()
    assert "data-live" in page.content.decode()
    assert "生成中" in holder.get(f"/status/{wang_record.key}/reports/").content.decode()
    assert "无法确认" in ask(report.code), "nothing is proved before it is signed"
    assert holder.get(f"/status/reports/{report.key}/file/").status_code == 404
    print_status_report(report.pk)
    assert "data-live" not in holder.get(f"/status/reports/{report.key}/").content.decode()
    assert file_of(holder, report).startswith(b"%PDF")


def test_a_report_that_cannot_be_printed_holds_up_no_other(
    holder: Client, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    for purpose in ("实习申请", "签证申请"):
        given = {"purpose": purpose, "language": "zh", "days": 30, "pin": ""}
        holder.post(f"/status/{wang_record.key}/reports/", given)
    first, second = StatusReport.objects.order_by("pk")
    StatusReport.objects.update(issued_at=timezone.now() - timedelta(minutes=5))
    work = rendering.print_file

    def fail_for_the_first(report: StatusReport) -> None:
        if report.pk == first.pk:
            raise ZeroDivisionError
        work(report)

    monkeypatch.setattr(status_report_tasks, "enqueue", lambda task, pk: task(pk))
    monkeypatch.setattr(rendering, "print_file", fail_for_the_first)
    sweep_reports()
    second.refresh_from_db()
    assert second.is_ready


def test_a_lost_doorbell_is_found_and_a_failing_report_given_up(
    holder: Client, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"purpose": "实习申请", "language": "zh", "days": 30, "pin": ""}
    holder.post(f"/status/{wang_record.key}/reports/", given)
    monkeypatch.setattr(status_report_tasks, "enqueue", lambda task, pk: task(pk))
    sweep_reports()
    assert not StatusReport.objects.get().is_ready, "it may still be at work"
    past = timezone.now() - timedelta(minutes=5)
    StatusReport.objects.update(issued_at=past)
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "print_file", lambda report: 1 / 0)
        for _ in range(4):
            sweep_reports()
    report = StatusReport.objects.get()
    page = holder.get(f"/status/reports/{report.key}/").content.decode()
    assert "报告未能生成" in page
    StatusReport.objects.update(attempts=0)
    sweep_reports()
    assert StatusReport.objects.get().is_ready
