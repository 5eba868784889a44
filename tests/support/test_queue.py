"""The queue of staff: alike reports as one, batches, figures, digests, files."""

import html
import io
import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from audit.models import AuditEntry
from delivery.models import OutboxMessage
from enrollment.models import EvidenceFile
from support.digest import send_digests
from support.models import Digest, Report
from support.reports.retention import forget_old_evidence
from tests.enrollment.files.evidence_files import picture, upload
from tests.people import PASSWORD, make_account, make_record, sample_number
from tests.support.conftest import WORDS, Enter

pytestmark = pytest.mark.django_db
QUEUE = "/support/queue/"
MONDAY, TUESDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 28)


@pytest.fixture
def second(report: Report, enter: Enter) -> Report:
    """A classmate's report of the same cause."""
    mate = make_account("mate@example.org")
    make_record(name="赵同", number=sample_number(77), holder=mate, claimed_at=timezone.now())
    enter(mate).post("/support/reports/new/name/", {"correct": "赵彤", "words": WORDS})
    return Report.objects.exclude(pk=report.pk).get()


def post(client: Client, act: str, *reports: Report, words: str = "") -> None:
    """One act on some reports."""
    keys = [str(report.key) for report in reports]
    client.post(QUEUE, {"act": act, "words": words, "reports": keys})


def test_alike_reports_are_answered_as_one_and_can_be_separated(
    report: Report, second: Report, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    post(staff, "merge", report, second)
    page = staff.get(QUEUE).content.decode()
    assert "合并了 1 条" in page
    assert "赵同" not in page
    post(staff, "answer", report, words="已统一处理。")
    second.refresh_from_db()
    assert second.state == "answered"
    staff.post(reverse("support:report_separate", args=[report.key]))
    second.refresh_from_db()
    assert second.merged_into is None
    for act in ("merge", "separate"):
        entry = AuditEntry.objects.get(action=f"support.{act}_report")
        assert (entry.actor_id, entry.subject_key) == (counselor.pk, str(second.key))


def test_a_group_is_chosen_in_one_tick_where_there_are_several(
    report: Report, counselor: User, enter: Enter, request: pytest.FixtureRequest
) -> None:
    staff = enter(counselor)
    assert 'name="groups"' not in staff.get(QUEUE).content.decode()
    request.getfixturevalue("second")
    assert "选整组（2）" in staff.get(QUEUE).content.decode()


def test_different_causes_do_not_become_one(
    report: Report, wang: User, counselor: User, enter: Enter
) -> None:
    enter(wang).post("/support/reports/new/gender/", {"correct": "女", "words": WORDS})
    post(enter(counselor), "merge", *Report.objects.all())
    assert not Report.objects.exclude(merged_into=None).exists()


def test_what_is_handed_on_together_arrives_as_one_batch(
    report: Report, second: Report, counselor: User, school_registrar: User, enter: Enter
) -> None:
    post(enter(counselor), "hand_on", report, second)
    report.refresh_from_db()
    assert report.batch is not None
    desk = enter(school_registrar)
    assert "2 条反馈" in desk.get(QUEUE).content.decode()
    assert "赵同" in desk.get(QUEUE, {"batch": str(report.batch.key)}).content.decode()
    assert desk.get(QUEUE, {"batch": "x"}).status_code == 200
    desk.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    desk.post(reverse("registry:reason"), {"words": "报省级", "for_all": "on"})
    answer = desk.get(reverse("support:batch_workbook", args=[report.batch.key]))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.values)  # type: ignore[union-attr]
    assert {row[3] for row in rows[1:]} == {"王明", "赵同"}
    denied = enter(counselor).post(reverse("support:batch_workbook", args=[report.batch.key]))
    assert denied.status_code == 404


@pytest.mark.parametrize("act", ["merge", "ask", "answer"])
def test_a_batch_leads_to_as_many_reports_as_it_names(
    act: str, report: Report, second: Report, counselor: User, school_registrar: User, enter: Enter
) -> None:
    post(enter(counselor), "hand_on", report, second)
    desk = enter(school_registrar)

    def offered() -> list[tuple[str, int]]:
        text = re.sub(r"\s+", " ", desk.get(QUEUE).content.decode())
        found = re.findall(r'<a href="(\?[^"]*batch=[^"]*)">.*?(\d+) 条反馈', text)
        return [(html.unescape(query), int(number)) for query, number in found]

    post(desk, act, *([report, second] if act == "merge" else [report]), words="好")
    [(query, number)] = offered()
    assert number == 1
    assert desk.get(QUEUE + query).context["page"].paginator.count == 1
    post(desk, "ask", second, report, words="好")
    [(query, number)] = offered()
    assert desk.get(QUEUE + query).context["page"].paginator.count == number > 0


def test_the_queue_is_narrowed_by_cause_and_college(
    report: Report, second: Report, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    assert "王明" in staff.get(QUEUE, {"cause": "name"}).content.decode()
    assert "王明" not in staff.get(QUEUE, {"cause": "gender"}).content.decode()
    assert "王明" in staff.get(QUEUE, {"college": "计算机与软件学院"}).content.decode()
    assert "王明" not in staff.get(QUEUE, {"college": "音乐学院"}).content.decode()


def test_files_are_read_by_both_sides_and_no_one_else(
    wang: User,
    wang_record: object,
    counselor: User,
    enter: Enter,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    values = {"correct": "王䶮", "words": WORDS, "evidence": upload(picture())}
    enter(wang).post("/support/reports/new/name/", values)
    report, file = Report.objects.get(), EvidenceFile.objects.get()
    page = reverse("support:report_evidence", args=[report.key, file.key])
    for reader in (wang, counselor):
        answer = enter(reader).get(page)
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        assert "no-store" in answer.headers["Cache-Control"]
    assert enter(make_account("x@example.org")).get(page).status_code == 404
    post(enter(counselor), "answer", report, words="好")
    assert forget_old_evidence() == 0
    Report.objects.update(settled_at=timezone.now() - timedelta(days=91))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_old_evidence() == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_hostile_file_is_refused_and_what_was_written_is_kept(
    wang: User, wang_record: object, enter: Enter
) -> None:
    bad = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>")
    values = {"correct": "王䶮", "words": WORDS, "evidence": bad}
    text = enter(wang).post("/support/reports/new/name/", values).content.decode()
    assert "只能上传 JPEG、PNG 图片或 PDF 文件" in text
    assert WORDS in text
    assert not Report.objects.exists()


def test_statistics_tell_how_long_reports_wait(
    report: Report, counselor: User, school_registrar: User, enter: Enter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("support.board.school_figures.SMALL_GROUP", 1)
    Report.objects.update(opened_at=timezone.now() - timedelta(hours=5))
    post(enter(counselor), "answer", report, words="好")
    page = reverse("support:report_statistics")
    assert enter(school_registrar).get(page).content.decode().count("5 小时") >= 2
    assert enter(counselor).get(page).status_code == 404


def test_statistics_are_had_by_cause_college_and_week_with_the_list_behind_each_number(
    report: Report, second: Report, school_registrar: User, enter: Enter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("support.board.school_figures.SMALL_GROUP", 1)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    desk, page = enter(school_registrar), reverse("support:report_statistics")
    text = desk.get(page).content.decode()
    lists = [html.unescape(one) for one in re.findall(r'href="([^"]*since=[^"]*)"', text)]
    assert len(lists) == 6
    for one in lists:
        assert "赵同" in desk.get(one).content.decode()
    assert "赵同" not in desk.get(QUEUE, {"state": "all", "week": "2020-01-06"}).content.decode()
    assert desk.get(QUEUE, {"state": "all", "week": "9999-12-31"}).status_code == 200
    names = {"causes": "姓名不对", "colleges": "计算机与软件学院", "weeks": monday.isoformat()}
    for what, name in names.items():
        answer = desk.get(reverse("support:report_statistics_export", args=[what]))
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.values)  # type: ignore[union-attr]
        assert rows[1][1:3] == (2, 2)
        assert rows[1][0] == name
    assert desk.get(f"{page}people/").status_code == 404


def test_statistics_of_few_reports_tell_of_no_single_person(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    Report.objects.update(opened_at=timezone.now() - timedelta(hours=5))
    text = enter(school_registrar).get(reverse("support:report_statistics")).content.decode()
    assert "少于 5" in text
    assert "小时" not in text


@pytest.mark.parametrize(
    ("rhythm", "day", "mails"),
    [
        ("never", MONDAY, 0),
        ("daily", MONDAY, 1),
        ("daily", TUESDAY, 1),
        ("daily", SATURDAY, 0),
        ("weekly", MONDAY, 1),
        ("weekly", TUESDAY, 0),
    ],
)
def test_the_digest_comes_as_often_as_wished_and_once_a_day(
    rhythm: str, day: date, mails: int, report: Report, counselor: User, enter: Enter
) -> None:
    enter(counselor).post(reverse("support:digest_rhythm"), {"rhythm": rhythm})
    assert send_digests(day) == mails
    assert send_digests(day) == 0
    assert OutboxMessage.objects.filter(purpose="digest").count() == mails


def test_no_digest_is_sent_with_nothing_to_say(counselor: User, wang_record: object) -> None:
    Digest.objects.create(account=counselor, rhythm="daily")
    counselor.counselor_of.all().delete()
    assert send_digests(MONDAY) == 0


def test_with_several_records_the_report_names_the_one_it_is_about(
    wang: User, wang_second_record: object, enter: Enter
) -> None:
    student = enter(wang)
    page = student.get("/support/reports/new/").content.decode()
    assert "明德职业技术学院" in page
    second = wang.held_records.get(institution__code="10009")
    student.post(
        f"/support/reports/new/name/?record={second.key}", {"correct": "王䶮", "words": WORDS}
    )
    assert Report.objects.get().record == second
    strange = make_record(name="赵", number=sample_number(88))
    assert student.get(f"/support/reports/new/?record={strange.key}").status_code == 404
