"""Today: what waits for a member of staff, in numbers, and the menu that says them everywhere."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import notify
from accounts.roles import Role
from enrollment.models import ClassCounselor, ImportBatch, InstitutionRegistrar, StudentRecord
from support.models import Cause, Report
from support.reports.desk.services import hand_on
from support.reports.services import Statement, open_report
from tests.people import enter, make_account, make_record, make_school, sample_number
from xuejiportal.work.waiting import statement_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def counselor(li_record: StudentRecord) -> User:
    """The counselor of 李晓雨's class."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert li_record.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=li_record.school_class)
    return user


def report(serial: int) -> Report:
    """A classmate's report, two days old."""
    account = make_account(f"s{serial}@example.org")
    record = make_record(
        name=f"学生{serial}", number=sample_number(serial), holder=account,
        claimed_at=timezone.now(),
    )  # fmt: skip
    made = open_report(
        account=account, cause=Cause.STATUS, statement=Statement(words="状态不对"), record=record
    )
    Report.objects.filter(pk=made.pk).update(opened_at=timezone.now() - timedelta(days=2, hours=1))
    return made


def page_of(user: User) -> str:
    return enter(user).get(reverse("today")).content.decode()


def test_a_counselor_reads_how_many_reports_wait_and_since_when(counselor: User) -> None:
    report(101)
    page = page_of(counselor)
    assert "最早一条" in page
    assert "2 天" in page
    assert (
        reverse("support:class_board", args=[counselor.counselor_of.get().school_class_id]) in page
    )


def test_a_registrar_reads_every_kind_of_work(counselor: User, desk_registrar: User) -> None:
    report(101), report(102)
    hand_on(reports=Report.objects.all(), words="", by=counselor)
    ImportBatch.objects.create(institution=make_school(), state="rehearsed", file_name="名单.xlsx")
    make_school().classes.create(code="软工2601")
    notify(account=desk_registrar, kind="report_answer", path="/desk/")
    page = page_of(desk_registrar)
    for text in (
        "问题反馈", "辅导员转交", "已检查、未发布的文件", "没有辅导员的班级", "未读通知",
    ):  # fmt: skip
        assert text in page, text
    assert "?counselor=none" in page


def test_a_counselor_reminds_the_class_from_the_page(counselor: User) -> None:
    page, school_class = page_of(counselor), counselor.counselor_of.get().school_class
    remind = reverse("support:class_remind", args=[school_class.pk])
    assert f'action="{remind}"' in page
    assert "提醒 1 人" in page
    enter(counselor).post(remind)
    assert "已提醒" in page_of(counselor)
    assert remind not in page_of(counselor)


def test_a_counselor_passes_a_class_on_and_stays_on_the_page(counselor: User) -> None:
    report(101), report(102)
    school_class = counselor.counselor_of.get().school_class
    pass_on = reverse("support:hand_on_class", args=[school_class.pk])
    assert f'action="{pass_on}?next={reverse("today")}"' in page_of(counselor)
    assert "全部转交（2）" in page_of(counselor)
    answer = enter(counselor).post(f"{pass_on}?next={reverse('today')}", follow=True)
    assert answer.redirect_chain == [(reverse("today"), 302)]
    assert "已转交学籍管理员 2 条" in answer.content.decode()
    assert pass_on not in page_of(counselor)


def test_the_first_report_is_one_click_away_and_the_last_leads_back(counselor: User) -> None:
    first, second = report(101), report(102)
    pages = [reverse("support:queue_report", args=[made.key]) for made in (first, second)]
    assert f'href="{pages[0]}"' in page_of(counselor)
    assert "逐条处理反馈" in page_of(counselor)
    staff = enter(counselor)
    answers = [staff.post(page, {"act": "answer", "words": "已更正"}) for page in pages]
    assert [one.headers["Location"] for one in answers] == [pages[1], reverse("today")]
    assert "逐条处理反馈" not in page_of(counselor)


def test_with_nothing_waiting_the_page_says_so(counselor: User) -> None:
    assert "没有待办" in page_of(counselor)


def test_the_menu_says_the_number_on_every_page_and_it_falls_at_once(counselor: User) -> None:
    made = report(101)
    staff = enter(counselor)
    number = 'class="staff__number num">1<'
    search = reverse("registry:search")
    assert number in staff.get(search).content.decode()
    staff.post(
        reverse("support:queue_report", args=[made.key]), {"act": "answer", "words": "已更正"}
    )
    assert "staff__number" not in staff.get(search).content.decode()


def test_what_others_have_to_do_is_not_counted(counselor: User) -> None:
    report(101)
    stranger = make_account("x@example.org", roles=(Role.COUNSELOR, Role.REGISTRAR))
    other = make_school("10009", "别的学院")
    InstitutionRegistrar.objects.create(user=stranger, institution=other)
    assert "没有待办" in page_of(stranger)


def test_the_page_costs_as_many_queries_for_thirty_reports_as_for_one(
    counselor: User, desk_registrar: User
) -> None:
    asked: list[int] = []
    staff = enter(desk_registrar)
    for serials in (range(101, 102), range(102, 131)):
        for serial in serials:
            report(serial)
        staff.get(reverse("today"))
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse("today"))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


def test_a_counselor_of_twenty_classes_costs_as_many_queries_as_one_of_one(
    counselor: User,
) -> None:
    asked: list[int] = []
    staff, school = enter(counselor), make_school()
    report(101)
    for codes in (range(1), range(1, 20)):
        for code in codes:
            extra = school.classes.create(code=f"多{code}")
            ClassCounselor.objects.create(user=counselor, school_class=extra)
            made = report(102 + code)
            StudentRecord.objects.filter(problem_reports=made).update(school_class=extra)
            Report.objects.filter(pk=made.pk).update(school_class=extra)
        staff.get(reverse("today"))
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(reverse("today")).content.decode()
        assert f"多{codes[-1]}" in page
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 11


@pytest.mark.parametrize(
    "roles", [(Role.COUNSELOR,), (Role.REGISTRAR,), (Role.COUNSELOR, Role.REGISTRAR)]
)
def test_what_waits_is_asked_alike_for_all_of_the_same_roles(roles: tuple[Role, ...]) -> None:
    one = make_account("one@example.org", phone="13900000001", roles=roles)
    other = make_account("two@example.org", roles=roles)
    (sql, values), (same, others) = statement_of(one), statement_of(other)
    assert sql == same
    assert one.pk in values
    assert [other.pk if value == one.pk else value for value in values] == list(others)


def test_the_menu_is_rendered_once_for_both_places(counselor: User) -> None:
    answer = enter(counselor).get(reverse("today"))
    names = [template.name for template in answer.templates]
    assert names.count("layouts/parts/staff_nav.html") == 1


@pytest.mark.parametrize(
    "page", ["registry:new_campaign", "registry:assign_by_file", "support:articles"]
)
def test_every_work_page_has_the_whole_menu(page: str, desk_registrar: User) -> None:
    text = enter(desk_registrar).get(reverse(page)).content.decode()
    assert text.count(f'href="{reverse("registry:photo_batches")}"') == 2  # unfolded, and aside
