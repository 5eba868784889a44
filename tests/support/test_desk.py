"""The list of reports as staff work on it: nothing is lost, and the next step is at hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from support.models import Cause, Report
from support.reports.services import Statement, open_report
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import WORDS, Enter
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import VerificationAttempt
from verification.search_progress import note_progress
from verification.tasks import match_waiting

pytestmark = pytest.mark.django_db
QUEUE = "/support/queue/"
Many = Callable[[int], list[Report]]


@pytest.fixture
def many(counselor: User) -> Many:
    """Reports of wrong names by classmates, as many as asked for."""

    def make(number: int) -> list[Report]:
        return [_report(serial) for serial in range(200, 200 + number)]

    return make


def _report(serial: int) -> Report:
    account = make_account(f"s{serial}@example.org")
    record = make_record(
        name=f"学生{serial}", number=sample_number(serial), holder=account,
        claimed_at=timezone.now(),
    )  # fmt: skip
    said = Statement(words=f"名字第{serial}处", correct=f"更正{serial}")
    return open_report(account=account, cause=Cause.NAME, statement=said, record=record)


def text_of(client: Client, state: str = "") -> str:
    return client.get(QUEUE, {"state": state} if state else {}).content.decode()


def act(client: Client, page: str = QUEUE, **given: object) -> str:
    """Send one act; the page that follows."""
    return client.post(page, given, follow=True).content.decode()


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


def test_a_whole_group_is_answered_by_one_tick(many: Many, counselor: User, enter: Enter) -> None:
    reports = many(3)
    group = f"name:{reports[0].school_class_id}"
    assert "已答复 3 条" in act(enter(counselor), act="answer", words="已统一更正", groups=[group])
    assert set(Report.objects.values_list("state", flat=True)) == {"answered"}


def test_a_class_is_handed_on_in_one_click_and_stays_in_sight_until_it_is_settled(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    reports = many(3)
    staff, desk = enter(counselor), enter(school_registrar)
    assert "全部转交（3）" in text_of(staff)
    page = reverse("support:hand_on_class", args=[reports[0].school_class_id])
    assert "已转交学籍管理员 3 条" in act(staff, page)
    assert "已办结 0 / 3" in staff.get(reverse("support:handed_on")).content.decode()
    mine = Notice.objects.filter(account=counselor, kind="batch_settled")
    act(desk, act="answer", words="好", reports=[one.key for one in reports[:2]])
    assert not mine.exists()
    act(desk, act="answer", words="好", reports=[reports[2].key])
    assert "已办结 3 / 3" in staff.get(reverse("support:handed_on")).content.decode()
    assert str(reports[0].key) in staff.get(mine.get().path).content.decode()


def test_a_class_of_others_cannot_be_handed_on(report: Report, enter: Enter) -> None:
    other = make_account("y@example.org", roles=(Role.COUNSELOR,))
    page = reverse("support:hand_on_class", args=[report.school_class_id])
    assert enter(other).post(page).status_code == 404


def test_a_ready_answer_needs_no_words_of_ones_own(
    report: Report, counselor: User, enter: Enter
) -> None:
    ready = "学籍已更正，请再核对一次。"
    staff = enter(counselor)
    assert ready in text_of(staff)
    act(staff, act="answer", ready=ready, reports=[report.key])
    assert report.entries.order_by("-pk")[0].words == ready


def test_an_error_stays_where_it_was_made_with_the_choice_kept(
    report: Report, counselor: User, enter: Enter
) -> None:
    staff = enter(counselor)
    page = act(staff, act="answer", reports=[report.key])
    assert "请写下要让学生看到的话" in page
    assert "checked" in page
    own = reverse("support:queue_report", args=[report.key])
    answer = staff.post(own, {"act": "answer", "words": ""})
    text = answer.content.decode()
    assert "请写下要让学生看到的话" in text
    assert WORDS in text  # still the page of this report
    too_long = "长" * 2001
    assert too_long in staff.post(own, {"act": "answer", "words": too_long}).content.decode()


def test_after_an_answer_comes_the_next_report(many: Many, counselor: User, enter: Enter) -> None:
    first, second = many(2)
    staff = enter(counselor)
    own = reverse("support:queue_report", args=[first.key])
    answer = staff.post(own, {"act": "answer", "words": "好"})
    assert answer.headers["Location"] == reverse("support:queue_report", args=[second.key])
    last = staff.post(answer.headers["Location"], {"act": "answer", "words": "好"})
    assert last.headers["Location"] == QUEUE


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
        _report(150) if not counts else many(29)
        staff.get(QUEUE)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(QUEUE)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


@pytest.fixture
def in_vain(li: User, li_record: StudentRecord) -> Report:
    """李晓雨 typed one character of the name wrongly, and reports that nothing was found."""
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    note_progress(str(VerificationAttempt.objects.get().key))
    said = Statement(words="查不到我的学籍", name="李晓宇")
    return open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code="软工 99 班",
    )  # fmt: skip


def test_a_report_of_an_unknown_class_reaches_the_counselor_of_the_record_that_fits(
    in_vain: Report, li_record: StudentRecord, enter: Enter
) -> None:
    counselor = make_account("c@example.org", roles=(Role.COUNSELOR,))
    assert li_record.school_class is not None
    counselor.counselor_of.create(school_class=li_record.school_class)
    assert str(in_vain.key) in text_of(enter(counselor))


@pytest.mark.parametrize("written", ["计科2601", "计科 2601", "计科2601班", "计科２６０１"])
def test_a_class_is_known_however_it_is_written(
    written: str, li: User, wang_record: StudentRecord
) -> None:
    said = Statement(words="查不到", name="李晓雨")
    made = open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code=written,
    )  # fmt: skip
    assert made.school_class == wang_record.school_class


def test_typed_facts_are_shown_beside_the_record_that_fits(
    in_vain: Report, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    page = desk.get(reverse("support:queue_report", args=[in_vain.key])).content.decode()
    assert "填写的是“李晓宇”，学籍中是“李晓雨”" in page
    assert "证件号码一致" in page
    assert reverse("registry:record", args=[li_record.key]) in page
    assert reverse("verification:assist", args=[li_record.key]) in page
    assert sample_number(12) not in page
    seen = AuditEntry.objects.get(action="support.compare_record")
    assert (seen.actor_id, seen.subject_key) == (school_registrar.pk, str(li_record.key))


def test_a_wrong_digit_is_named_by_its_place_and_neither_number_is_shown(
    li: User, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    typed = sample_number(13)
    claims.start_attempt(account=li, facts=Facts("李晓雨", "居民身份证", typed))
    claims.submit_attempt(account=li)
    said = Statement(words="查不到", name="李晓雨")
    made = open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code="计科2601",
    )  # fmt: skip
    desk = enter(school_registrar)
    page = desk.get(reverse("support:queue_report", args=[made.key])).content.decode()
    assert "证件号码：有几位不同（第 17、18 位）" in page
    assert typed not in page
    assert sample_number(12) not in page


def test_nothing_of_other_schools_or_classes_is_compared(in_vain: Report, enter: Enter) -> None:
    other = make_account("y@example.org", roles=(Role.COUNSELOR,))
    elsewhere = make_school().classes.create(code="软工2601")
    other.counselor_of.create(school_class=elsewhere)
    Report.objects.update(school_class=elsewhere)
    page = enter(other).get(reverse("support:queue_report", args=[in_vain.key])).content.decode()
    assert "没有相近的学籍" in page
    assert "李晓雨" not in page


def test_the_unmatched_row_of_the_class_leads_to_the_report(
    in_vain: Report, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    assert li_record.school_class is not None
    for part in ("unmatched", "people"):
        page = reverse("support:class_part", args=[li_record.school_class.pk, part])
        text = enter(school_registrar).get(page).content.decode()
        assert reverse("support:queue_report", args=[in_vain.key]) in text


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


def test_the_board_knows_of_a_search_in_vain_whose_task_was_lost(
    li: User, li_record: StudentRecord
) -> None:
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    match_waiting()
    li_record.refresh_from_db()
    assert li_record.progress == Progress.UNMATCHED


def test_an_old_search_in_vain_changes_nothing_again(li: User, li_record: StudentRecord) -> None:
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    later = timezone.now() + timedelta(seconds=1)
    StudentRecord.objects.update(progress=Progress.UNREGISTERED, progress_since=later)
    match_waiting()
    li_record.refresh_from_db()
    assert li_record.progress == Progress.UNREGISTERED
