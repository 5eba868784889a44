"""The list of reports as staff work on it: nothing is lost, and the next step is at hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, SchoolClass
from support.models import Report
from support.reports.desk.queue import queue_of
from tests.people import make_account, make_school
from tests.support.conftest import WORDS, Enter
from tests.support.desk.lists import QUEUE, Many, act, report_of, text_of

pytestmark = pytest.mark.django_db


def test_a_row_says_who_what_what_it_should_be_and_what_shows_it(
    report: Report, counselor: User, enter: Enter
) -> None:
    page = text_of(enter(counselor))
    for part in ("王明", "20260815031"[:4], "王䶮", WORDS[:8], report.number):
        assert part in page


def test_a_person_without_a_record_is_named_as_they_wrote(
    li: User, school_registrar: User, enter: Enter
) -> None:
    given = {
        "institution": make_school().pk,
        "name": "宋果",
        "words": "查不到",
        "class_code": "软工9班",
    }
    enter(li).post("/support/reports/new/not_found/", given)
    page = text_of(enter(school_registrar))
    assert "宋果" in page
    assert "软工9班" in page
    assert "没有这个班" in page


def test_every_state_has_a_tab_and_nothing_leaves_the_list(
    many: Many, counselor: User, enter: Enter
) -> None:
    waiting, asked, handed, settled = many(4)
    staff = enter(counselor)
    act(staff, act="ask", words="证件在身边吗？", reports=[asked.key])
    act(staff, act="hand_on", reports=[handed.key])
    act(staff, act="answer", words="好", reports=[settled.key])
    for state, report in (
        ("waiting", waiting), ("asked", asked), ("elsewhere", handed), ("settled", settled),
    ):  # fmt: skip
        page = text_of(staff, state)
        shown = [str(one.key) in page for one in (waiting, asked, handed, settled)]
        assert shown == [one == report for one in (waiting, asked, handed, settled)], state
    assert all(str(one.key) in text_of(staff, "all") for one in Report.objects.all())


def test_what_waits_for_the_province_has_its_tab_and_a_way_to_the_result(
    report: Report, school_registrar: User, counselor: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    given = {"field": "name", "value": "王䶮", "document": "", "words": ""}
    desk.post(reverse("support:report_correct", args=[report.key]), given)
    assert str(report.key) in text_of(desk, "province")
    assert str(report.key) not in text_of(desk, "waiting")
    page = desk.get(reverse("support:queue_report", args=[report.key])).content.decode()
    assert "/support/submissions/" in page
    assert 'name="value"' not in page


def test_a_question_without_reply_comes_back_after_three_days(
    report: Report, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    act(staff, act="ask", words="证件在身边吗？", reports=[report.key])
    assert str(report.key) not in text_of(staff)
    Report.objects.update(changed_at=timezone.now() - timedelta(days=3, minutes=1))
    page = text_of(staff)
    assert str(report.key) in page
    assert "3 天未回复" in page


def test_the_registrar_reads_the_reply_to_their_own_question(
    report: Report, wang: User, counselor: User, school_registrar: User, enter: Enter
) -> None:
    act(enter(counselor), act="hand_on", reports=[report.key])
    desk = enter(school_registrar)
    act(desk, act="ask", words="哪一页？", reports=[report.key])
    enter(wang).post(f"/support/reports/{report.key}/answer/", {"words": "第二页"})
    assert str(report.key) in text_of(desk)
    assert str(report.key) not in text_of(enter(counselor))


@pytest.mark.parametrize("looked_for", ["number", "name", "student number"])
def test_a_report_is_found_in_any_state(
    looked_for: str, many: Many, counselor: User, enter: Enter
) -> None:
    wanted, other = many(2)
    assert wanted.record is not None
    staff = enter(counselor)
    act(staff, act="answer", words="好", reports=[wanted.key, other.key])
    words = {
        "number": wanted.number, "name": "学生200", "student number": wanted.record.student_number,
    }  # fmt: skip
    page = act(staff, find=words[looked_for])
    assert str(wanted.key) in page
    assert str(other.key) not in page


def test_a_person_without_a_record_is_found_by_the_name_they_wrote(
    li: User, school_registrar: User, enter: Enter
) -> None:
    given = {"institution": make_school().pk, "name": "宋果", "words": "查不到"}
    enter(li).post("/support/reports/new/not_found/", given)
    desk = enter(school_registrar)
    assert str(Report.objects.get().key) in act(desk, find="宋果")
    assert "没有找到" in act(desk, find="宋国")


def test_search_finds_no_report_out_of_scope(report: Report, enter: Enter) -> None:
    stranger = make_account("x@example.org", roles=(Role.COUNSELOR, Role.REGISTRAR))
    assert str(report.key) not in act(enter(stranger), find="王明")


def test_filters_name_everything_once(
    many: Many, wang: User, wang_record: object, counselor: User, enter: Enter
) -> None:
    many(2)
    enter(wang).post("/support/reports/new/gender/", {"correct": "女", "words": WORDS})
    other = SchoolClass.objects.create(
        institution=make_school(), code="音乐2601", college="音乐学院"
    )
    counselor.counselor_of.create(school_class=other)
    Report.objects.filter(cause="gender").update(school_class=other)
    page = text_of(enter(counselor))
    assert page.count('<option lang="zh-Hans">') == 2


def test_the_list_costs_as_many_queries_for_thirty_as_for_one(
    many: Many, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    counts: list[int] = []
    for _ in (1, 30):
        report_of(150) if not counts else many(29)
        staff.get(QUEUE)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(QUEUE)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 13


def test_the_list_of_one_class_holds_its_reports_alone(
    many: Many, counselor: User, enter: Enter
) -> None:
    report, second = many(2)
    Report.objects.filter(pk=second.pk).update(cause="gender")  # so that causes can be chosen
    other = SchoolClass.objects.create(institution=report.institution, code="另一个班")
    ClassCounselor.objects.create(user=counselor, school_class=other)
    staff = enter(counselor)
    assert report.school_class is not None
    pages = [
        staff.get(QUEUE, {"class": key}).content.decode()
        for key in (report.school_class.pk, other.pk, "x", "9" * 40, "\u0663")
    ]
    assert [report.number in page for page in pages] == [True, False, False, False, False]
    assert f'<input type="hidden" name="class" value="{report.school_class.pk}">' in pages[0]


def test_reports_of_one_moment_wait_by_number_in_whatever_order_they_were_written(
    many: Many, counselor: User
) -> None:
    reports = many(3)
    for report in reversed(reports):
        Report.objects.filter(pk=report.pk).update(opened_at=reports[0].opened_at)
    assert list(queue_of(counselor)) == reports
