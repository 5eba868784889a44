"""What a deputy sees and is up to the last day, and what becomes of the office afterwards."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.tasks import withdraw_ended_counselors
from enrollment.models import ClassCounselor, SchoolClass, StudentRecord
from enrollment.offices import counselors_of
from enrollment.queries import records_visible_to
from support.models import Report
from support.reports.desk.queue import queue_of
from support.reports.desk.services import ask_back
from support.reports.services import reply
from tests.enrollment.institutions.last_day.deputies import DAY, TODAY, end_yesterday
from tests.people import enter, make_school

pytestmark = pytest.mark.django_db

REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''refused''; END'
"""
REFUSE_ONE = """
CREATE TRIGGER refuse BEFORE DELETE ON enrollment_classcounselor
    FOR EACH ROW WHEN (OLD.user_id = {user}) EXECUTE FUNCTION refuse()
"""


def test_a_deputy_sees_the_class_up_to_the_last_day(
    deputy: User, school_class: SchoolClass, wang_record: StudentRecord
) -> None:
    assert list(records_visible_to(deputy)) == [wang_record]
    assert list(counselors_of([school_class.pk])) == [deputy]
    page = reverse("support:class_board", args=[school_class.pk])
    assert enter(deputy).get(page).status_code == 200


def test_a_deputy_whose_last_day_is_over_sees_nothing_and_is_told(
    deputy: User, school_class: SchoolClass, wang_problem: Report
) -> None:
    end_yesterday(deputy)
    assert not records_visible_to(deputy).exists()
    assert not counselors_of([school_class.pk]).exists()
    theirs = enter(deputy)
    for name, key in (
        ("support:class_board", school_class.pk),
        ("support:report", wang_problem.key),
    ):
        assert theirs.get(reverse(name, args=[key])).status_code == 404
    today = theirs.get(reverse("today")).content.decode()
    assert "辅导员分配已到期" in today
    assert school_class.code in today


def test_an_office_that_is_over_gives_no_set_up_code(
    deputy: User, desk: Client, school_class: SchoolClass
) -> None:
    page = reverse("registry:staff_code", args=[deputy.key])
    listed = reverse("registry:people")
    assert f'href="{page}"' in desk.get(listed).content.decode()
    assert desk.get(page).status_code == 200
    end_yesterday(deputy)
    assert f'href="{page}"' not in desk.get(listed).content.decode()
    assert desk.get(page).status_code == 404


def test_an_office_elsewhere_that_is_over_keeps_nobody_in_the_role(
    deputy: User, desk: Client
) -> None:
    elsewhere = SchoolClass.objects.create(institution=make_school("10009", "别的"), code="别班")
    office = ClassCounselor.objects.create(user=deputy, school_class=elsewhere, last_day=TODAY())
    page = reverse("registry:dismiss_counselor", args=[deputy.key])
    assert desk.post(page, {"reason": "离任"}).status_code == 302
    assert Role.COUNSELOR in User.objects.get(pk=deputy.pk).roles  # the office there is held
    ClassCounselor.objects.filter(pk=office.pk).update(last_day=TODAY() - DAY)
    desk.post(page, {"reason": "离任"})
    assert Role.COUNSELOR not in User.objects.get(pk=deputy.pk).roles


def test_a_last_day_ends_one_office_and_no_other_of_the_person_or_the_class(
    deputy: User, school_class: SchoolClass, wang_record: StudentRecord, class_counselor: User
) -> None:
    end_yesterday(deputy)
    own = SchoolClass.objects.create(institution=make_school(), code="软工2699")
    ClassCounselor.objects.create(user=deputy, school_class=own)
    theirs = enter(deputy)
    boards = [reverse("support:class_board", args=[one.pk]) for one in (own, school_class)]
    assert [theirs.get(board).status_code for board in boards] == [200, 404]
    assert not records_visible_to(deputy).exists()
    assert list(records_visible_to(class_counselor)) == [wang_record]
    assert enter(class_counselor).get(boards[1]).status_code == 200


def test_a_class_whose_deputy_is_over_counts_as_without_counselor(
    deputy: User, school_class: SchoolClass, desk: Client, desk_registrar: User,
    wang_problem: Report,
) -> None:  # fmt: skip
    Report.objects.filter(pk=wang_problem.pk).update(state="open")
    unassigned = reverse("registry:classes") + "?counselor=none"
    assert school_class.code not in desk.get(unassigned).content.decode()
    assert not queue_of(desk_registrar).exists()
    end_yesterday(deputy)
    page = desk.get(unassigned).content.decode()
    assert school_class.code in page
    assert "无人" in page
    assert list(queue_of(desk_registrar)) == [wang_problem]
    assert "已到期" in desk.get(reverse("registry:class", args=[school_class.pk])).content.decode()


def test_an_office_is_withdrawn_a_month_after_its_last_day(deputy: User) -> None:
    ClassCounselor.objects.update(last_day=TODAY() - 30 * DAY)
    withdraw_ended_counselors()
    assert User.objects.get(pk=deputy.pk).roles == {Role.COUNSELOR}
    ClassCounselor.objects.update(last_day=TODAY() - 31 * DAY)
    withdraw_ended_counselors()
    assert not ClassCounselor.objects.exists()
    assert not User.objects.get(pk=deputy.pk).roles
    act = AuditEntry.objects.get(action="enrollment.withdraw_counselor")
    assert act.actor_id is None


def test_an_office_that_cannot_be_withdrawn_keeps_no_other(
    deputy: User, school_class: SchoolClass, class_counselor: User
) -> None:
    ClassCounselor.objects.update(last_day=TODAY() - 31 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(REFUSE)
        cursor.execute(REFUSE_ONE.format(user=deputy.pk))
    withdraw_ended_counselors()
    assert ClassCounselor.objects.get().user == deputy
    assert not User.objects.get(pk=class_counselor.pk).roles


def test_a_reply_to_a_deputy_whose_last_day_is_over_goes_to_the_counselor_of_the_class(
    deputy: User, class_counselor: User, wang_problem: Report
) -> None:
    ask_back(reports=Report.objects.all(), words="户口簿在身边吗？", by=deputy)
    end_yesterday(deputy)
    wang_problem.refresh_from_db()
    reply(report=wang_problem, words="在。")
    assert list(queue_of(class_counselor)) == [wang_problem]


def test_a_reply_to_a_deputy_whose_last_day_is_over_goes_to_the_registrar_without_counselor(
    deputy: User, desk_registrar: User, wang_problem: Report
) -> None:
    ask_back(reports=Report.objects.all(), words="户口簿在身边吗？", by=deputy)
    end_yesterday(deputy)
    wang_problem.refresh_from_db()
    reply(report=wang_problem, words="在。")
    assert list(queue_of(desk_registrar)) == [wang_problem]


def test_merging_classes_keeps_the_later_last_day(
    deputy: User, school_class: SchoolClass, desk_registrar: User
) -> None:
    other = SchoolClass.objects.create(institution=school_class.institution, code="软工2699")
    ClassCounselor.objects.create(user=deputy, school_class=other)
    merge_class(school_class=other, into=school_class, by=desk_registrar)
    assert ClassCounselor.objects.get().last_day is None
