"""Staff in unusual offices: two schools, many classes, both roles, the same act again."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from enrollment.models import ClassCounselor, InstitutionRegistrar, SchoolClass
from support.models import Cause, Report, ReportBatch
from support.reports.services import Statement, open_report
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import Enter
from tests.support.desk.lists import QUEUE, Many, act, report_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_two_schools(school_registrar: User) -> User:
    """A registrar of two schools in which classes have the same names."""
    other = make_school("10009", "示范学院")
    InstitutionRegistrar.objects.create(user=school_registrar, institution=other)
    for serial in range(200, 204):  # by turns of one school and of the other
        if serial % 2:
            report_of(serial)
            continue
        account = make_account(f"s{serial}@example.org")
        record = make_record(
            name="学生", number=sample_number(serial), school=other, holder=account,
            claimed_at=timezone.now(),
        )  # fmt: skip
        said = Statement(words="名字", correct="更正")
        open_report(account=account, cause=Cause.NAME, statement=said, record=record)
    return school_registrar


def test_classes_of_one_name_in_two_schools_are_two_groups_with_their_school(
    of_two_schools: User, enter: Enter
) -> None:
    page = enter(of_two_schools).get(QUEUE).content.decode()
    groups = re.findall(r'name="groups" value="([^"]*)"', page)
    assert len(groups) == len(set(groups)) == 2
    heads = [
        re.sub(r"<[^>]*>", "", head) for head in re.findall(r"<h2>(.*?)</h2>", page, re.DOTALL)
    ]
    assert sorted(
        ("示范学院" in head, "明德示范大学" in head) for head in heads if "姓名" in head
    ) == [
        (False, True),
        (True, False),
    ]


def test_reports_without_a_class_are_one_group_for_each_school(
    of_two_schools: User, enter: Enter
) -> None:
    Report.objects.update(school_class=None)
    desk = enter(of_two_schools)
    page = desk.get(QUEUE).content.decode()
    groups = re.findall(r'name="groups" value="([^"]*)"', page)
    assert len(groups) == len(set(groups)) == 2
    act(desk, act="answer", words="已更正", groups=groups[:1])
    answered = Report.objects.filter(state="answered")
    assert answered.count() == 2
    assert answered.values("institution").distinct().count() == 1


def test_a_registrar_of_one_school_does_not_read_its_name_on_each_group(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    many(2)
    ClassCounselor.objects.all().delete()
    page = enter(school_registrar).get(QUEUE).content.decode()
    assert make_school().name not in page.partition("<main")[2]


def test_a_counselor_of_two_schools_reads_the_school_on_each_group(
    of_two_schools: User, counselor: User, enter: Enter
) -> None:
    for found in SchoolClass.objects.exclude(counselors__user=counselor):
        ClassCounselor.objects.create(user=counselor, school_class=found)
    page = enter(counselor).get(QUEUE).content.decode().partition("<main")[2]
    assert {"示范学院" in page, make_school().name in page} == {True}


def test_who_is_counselor_and_registrar_hands_on_what_is_not_handed_on_yet(
    many: Many, counselor: User, enter: Enter
) -> None:
    reports = many(3)
    InstitutionRegistrar.objects.create(user=counselor, institution=make_school())
    counselor.role_grants.create(role=Role.REGISTRAR)
    staff = enter(User.objects.get(pk=counselor.pk))
    act(staff, act="hand_on", reports=[reports[0].key])
    assert "全部转交（2）" in staff.get(QUEUE).content.decode()
    act(staff, reverse("support:hand_on_class", args=[reports[0].school_class_id]))
    assert "全部转交" not in staff.get(QUEUE).content.decode()


def test_handing_on_again_what_was_handed_on_makes_no_second_batch(
    many: Many, counselor: User, enter: Enter
) -> None:
    reports = many(2)
    staff = enter(counselor)
    keys = [report.key for report in reports]
    act(staff, act="hand_on", reports=keys)
    assert "已转交学籍管理员" not in act(staff, act="hand_on", reports=keys)
    assert ReportBatch.objects.count() == 1


def test_what_is_handed_on_again_after_a_question_is_not_told_to_be_settled(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    keys = [report.key for report in many(2)]
    staff, desk = enter(counselor), enter(school_registrar)
    told = Notice.objects.filter(account=counselor, kind="batch_settled")
    act(staff, act="hand_on", reports=keys)
    act(desk, act="ask", words="请补充", reports=keys)
    act(staff, act="hand_on", reports=keys[:1])
    act(staff, act="hand_on", reports=keys[1:])
    assert set(Report.objects.values_list("state", flat=True)) == {"with_registrar"}
    assert not told.exists()
    act(desk, act="answer", words="好", reports=keys)
    assert told.count() == 2


def test_one_report_alone_is_not_merged(many: Many, counselor: User, enter: Enter) -> None:
    reports = many(2)
    staff = enter(counselor)
    keys = [report.key for report in reports]
    act(staff, act="merge", reports=keys)
    page = act(staff, act="merge", reports=keys[:1])
    assert "已合并" not in page
    assert "同一学校" in page


def test_who_is_counselor_and_registrar_has_both_and_each_report_once(
    many: Many, counselor: User, enter: Enter
) -> None:
    reports = many(2)
    other = SchoolClass.objects.create(institution=make_school(), code="法学 2301")
    Report.objects.filter(pk=reports[1].pk).update(school_class=other)
    counselor.role_grants.create(role=Role.REGISTRAR)
    InstitutionRegistrar.objects.create(user=counselor, institution=make_school())
    page = enter(User.objects.get(pk=counselor.pk)).get(QUEUE).content.decode()
    links = [reverse("support:queue_report", args=[report.key]) for report in reports]
    assert [page.count(f'href="{link}"') for link in links] == [1, 1]


def test_many_classes_with_reports_stand_folded_above_the_list(
    counselor: User, enter: Enter
) -> None:
    for place in range(40):
        report = report_of(200 + place)
        made = SchoolClass.objects.create(institution=make_school(), code=f"法学 {place}")
        ClassCounselor.objects.create(user=counselor, school_class=made)
        Report.objects.filter(pk=report.pk).update(school_class=made)
    page = enter(counselor).get(QUEUE).content.decode()
    whole = page[page.index('aria-labelledby="whole"') :].partition("</section>")[0]
    assert whole.count("<form") == 40
    assert "<details" in whole
