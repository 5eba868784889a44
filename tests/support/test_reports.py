"""Problem reports: opened by students, answered by the right staff, private on the way."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import Campaign, ClassCounselor, StudentRecord
from support.models import Report
from tests.outbox import Outbox
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import WORDS, Enter

pytestmark = pytest.mark.django_db


def act(client: Client, act: str, *reports: Report, words: str = "已更正，请再核对。") -> None:
    keys = [str(report.key) for report in reports]
    answer = client.post("/support/queue/", {"act": act, "words": words, "reports": keys})
    assert answer.status_code == 302


def test_from_the_report_to_the_answer_and_back(
    report: Report, wang: User, counselor: User, enter: Enter, outbox: Outbox
) -> None:
    staff, student = enter(counselor), enter(wang)
    assert "王明" in staff.get("/support/queue/").content.decode()
    act(staff, "ask", report, words="户口簿在身边吗？")
    page = f"/support/reports/{report.key}/"
    assert "户口簿在身边吗？" in student.get(page).content.decode()
    assert "等你回复" in student.get(page).content.decode()
    own = staff.get(reverse("support:queue_report", args=[report.key])).content.decode()
    assert "等学生回复" in own
    assert "等你回复" not in own
    student.post(f"{page}answer/", {"words": "在。"})
    act(staff, "answer", report)
    assert "已更正，请再核对。" in student.get(page).content.decode()
    student.post(f"{page}answer/", {"words": "还是不对。"})
    report.refresh_from_db()
    assert report.state == "open"
    assert [entry.words for entry in report.entries.order_by("pk")] == [
        WORDS, "户口簿在身边吗？", "在。", "已更正，请再核对。", "还是不对。",
    ]  # fmt: skip
    assert len(outbox.emails()) == 2


def test_the_mail_says_only_that_there_is_an_answer(
    report: Report, counselor: User, enter: Enter, outbox: Outbox
) -> None:
    act(enter(counselor), "answer", report)
    (letter,) = outbox.emails()
    assert letter.to == "wang.ming@example.org"
    assert f"/support/reports/{report.key}/" in letter.text
    for private in ("王明", "王䶮", "更正", "户口簿", "姓名"):
        assert private not in letter.text + letter.subject


def test_the_words_lie_sealed_in_the_database(report: Report) -> None:
    with connection.cursor() as cursor:
        for table in ("support_report", "support_reportentry", "audit_auditentry"):
            cursor.execute(f"SELECT string_agg(row_to_json(t)::text, '') FROM {table} t")
            text = cursor.fetchone()[0]
            assert "䶮" not in text
            assert "户口簿" not in text
            assert WORDS.encode().hex() not in text


def test_what_the_registry_said_is_kept_with_numbers_masked(
    wang: User, wang_record: StudentRecord, enter: Enter
) -> None:
    page = enter(wang).get("/support/reports/new/certificate/").content.decode()
    assert sample_number(31) not in page
    enter(wang).post("/support/reports/new/certificate/", {"correct": "x", "words": "末位不同"})
    assert Report.objects.get().stated["registry"] == f"1{'*' * 16}{sample_number(31)[-1]}"


def test_a_double_click_makes_one_report(report: Report, wang: User, enter: Enter) -> None:
    enter(wang).post("/support/reports/new/name/", {"correct": "王䶮", "words": WORDS})
    assert Report.objects.count() == 1


def test_a_major_that_can_be_left_opens_no_report(
    wang: User, wang_record: StudentRecord, enter: Enter
) -> None:
    today = timezone.localdate()
    Campaign.objects.create(
        institution=make_school(), name="核对", starts_on=today, ends_on=today,
        ignore_fields=["major_name"],
    )  # fmt: skip
    given = {"correct": "软件工程", "words": "专业不对"}
    answer = enter(wang).post("/support/reports/new/major/", given)
    assert "可以暂时忽略" in answer.content.decode()
    assert not Report.objects.exists()


def test_an_account_without_a_record_reports_to_its_school(
    li: User, counselor: User, school_registrar: User, enter: Enter
) -> None:
    given = {"institution": make_school().pk, "name": "李晓雨", "words": "查不到"}
    url = "/support/reports/new/not_found/"
    enter(li).post(url, {**given, "class_code": "没有这个班"})
    orphan = Report.objects.get()
    assert orphan.school_class is None
    assert str(orphan.key) in enter(school_registrar).get("/support/queue/").content.decode()
    assert str(orphan.key) not in enter(counselor).get("/support/queue/").content.decode()
    enter(li).post(f"/support/reports/{orphan.key}/withdraw/")
    enter(li).post(url, {**given, "class_code": "计科2601"})
    known = Report.objects.get(state="open")
    assert str(known.key) in enter(counselor).get("/support/queue/").content.decode()


def test_one_answer_goes_to_many_and_a_batch_to_the_registrar(
    counselor: User, school_registrar: User, enter: Enter, outbox: Outbox
) -> None:
    for serial in range(101, 105):
        user = make_account(f"s{serial}@example.org")
        make_record(
            name=f"学生{serial}", number=sample_number(serial), holder=user,
            claimed_at=timezone.now(),
        )  # fmt: skip
        enter(user).post("/support/reports/new/status/", {"words": "状态不对"})
    reports = list(Report.objects.order_by("pk"))
    staff, desk = enter(counselor), enter(school_registrar)
    act(staff, "answer", *reports[:2])
    act(staff, "hand_on", *reports[2:], words="")
    assert len(outbox.emails()) == 2
    queue = desk.get("/support/queue/").content.decode()
    assert [str(report.key) in queue for report in reports] == [False, False, True, True]
    assert "没有待处理的反馈" in staff.get("/support/queue/").content.decode()
    act(desk, "answer", *reports[2:])
    assert set(Report.objects.values_list("state", flat=True)) == {"answered"}


def test_a_report_is_not_found_by_others(
    report: Report, li: User, counselor: User, enter: Enter
) -> None:
    stranger = make_account("other@example.org", roles=(Role.COUNSELOR, Role.REGISTRAR))
    for person in (li, stranger, counselor):
        assert enter(person).get(f"/support/reports/{report.key}/").status_code == 404
        assert enter(person).post(f"/support/reports/{report.key}/withdraw/").status_code == 404
    for person in (li, stranger):
        assert enter(person).get(f"/support/queue/{report.key}/").status_code == 404
        enter(person).post(
            "/support/queue/", {"act": "answer", "words": "x", "reports": [str(report.key)]}
        )
    report.refresh_from_db()
    assert report.state == "open"


def test_a_right_withdrawn_ends_at_once(report: Report, counselor: User, enter: Enter) -> None:
    staff = enter(counselor)
    assert staff.get(f"/support/queue/{report.key}/").status_code == 200
    ClassCounselor.objects.all().delete()
    assert staff.get(f"/support/queue/{report.key}/").status_code == 404


def test_reading_by_staff_leaves_a_trace(report: Report, counselor: User, enter: Enter) -> None:
    enter(counselor).get(f"/support/queue/{report.key}/")
    entry = AuditEntry.objects.get(action="support.read_report")
    assert (entry.actor_id, entry.subject_key) == (counselor.pk, str(report.key))


def test_whatever_staff_does_comes_too_late_for_a_withdrawn_report(
    report: Report,
    wang: User,
    counselor: User,
    school_registrar: User,
    enter: Enter,
    outbox: Outbox,
) -> None:
    enter(wang).post(f"/support/reports/{report.key}/withdraw/")
    given = {"act": "answer", "words": "已更正。", "reports": [str(report.key)]}
    page = enter(counselor).post("/support/queue/", given).content.decode()
    assert "不再等待处理" in page
    given = {"field": "college", "value": "软件学院"}
    accept = reverse("support:report_correct", args=[report.key])
    answer = enter(school_registrar).post(accept, given, follow=True)
    assert "不再等待处理" in answer.content.decode()
    report.refresh_from_db()
    assert report.state == "withdrawn"
    assert outbox.emails() == []


@pytest.mark.parametrize(
    "given",
    [{}, {"act": "answer"}, {"act": "burn", "words": "x"}, {"act": "answer", "reports": "x\x00"}],
)
def test_a_broken_form_of_staff_is_refused_calmly(
    given: dict[str, str], report: Report, counselor: User, enter: Enter
) -> None:
    answer = enter(counselor).post("/support/queue/", given)
    assert answer.status_code in (200, 400)
    assert Report.objects.get().state == "open"


def test_a_number_typed_into_a_report_is_not_echoed_in_an_error(
    wang: User, wang_record: StudentRecord, enter: Enter
) -> None:
    long = sample_number(31) * 10
    answer = enter(wang).post("/support/reports/new/name/", {"correct": long, "words": "x"})
    errors = re.findall(r"error[^>]*>([^<]*)<", answer.content.decode())
    assert not any(sample_number(31) in error for error in errors)


@pytest.mark.usefixtures("unmatched_attempt", "school_registrar")
def test_a_report_without_a_record_asks_nothing_that_is_known(client: Client, li: User) -> None:
    client.force_login(li)
    form = client.get("/support/reports/new/not_found/").context["form"]
    assert form["name"].value() == "李晓雨"
    assert form["institution"].value() is not None


def test_a_waiting_report_says_who_looks_at_it_and_how_long_that_takes(
    report: Report, wang: User, enter: Enter
) -> None:
    address = f"/support/reports/{report.key}/"
    page = enter(wang).get(address).content.decode()
    assert "由计科2601的辅导员处理" in page
    assert "通常" not in page
    now = timezone.now()
    assert report.record
    Report.objects.bulk_create(
        Report(
            account=make_account(f"asker{number}@example.org"),
            institution=report.institution,
            cause=report.cause,
            state="answered",
            opened_at=now - timedelta(days=5),
            first_answered_at=now - timedelta(days=3),
            settled_at=now,
        )
        for number in range(20)
    )
    assert "通常 2 天内答复" in enter(wang).get(address).content.decode()
    Report.objects.filter(pk=report.pk).update(state="with_registrar")
    assert "由学校学籍管理部门处理" in enter(wang).get(address).content.decode()


def test_a_report_can_be_added_to_and_a_second_one_loses_nothing(
    report: Report, wang: User, counselor: User, enter: Enter
) -> None:
    student = enter(wang)
    own = f"/support/reports/{report.key}/"
    assert "补充说明或材料" in student.get(own).content.decode()
    student.post(f"{own}answer/", {"words": "户口簿第二页"})
    page = student.get("/support/reports/new/name/").content.decode()
    assert report.number in page
    student.post("/support/reports/new/name/", {"correct": "王䶮", "words": "还有一张照片"})
    assert Report.objects.get().state == "open"
    read = enter(counselor).get(reverse("support:queue_report", args=[report.key]))
    for words in (WORDS, "户口簿第二页", "还有一张照片"):
        assert words in read.content.decode()


def test_a_double_click_is_known_by_its_equal_content(
    report: Report, wang: User, enter: Enter
) -> None:
    enter(wang).post("/support/reports/new/name/", {"correct": "王䶮", "words": WORDS})
    assert report.entries.count() == 1
