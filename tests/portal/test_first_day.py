"""A school with nothing in it, and staff whose role ends in the middle of a page."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.institutions.staff import dismiss
from enrollment.models import SchoolClass, StudentRecord
from tests.people import enter, make_school

pytestmark = pytest.mark.django_db
FIRST_STEP = f'href="{reverse("registry:imports")}"'


def main_of(user: User, path: str) -> str:
    """What the page says, without its menu."""
    page = enter(user).get(path).content.decode()
    return page.partition('class="staff__body"')[2]


@pytest.mark.parametrize("page", ["today", "support:board", "support:school_board"])
def test_an_empty_school_shows_its_registrar_the_first_step(
    page: str, desk_registrar: User
) -> None:
    path = reverse(page, args=[make_school().code] if "school" in page else [])
    shown = main_of(desk_registrar, path)
    assert "还没有学生" in shown
    assert FIRST_STEP in shown
    assert "<table" not in shown


@pytest.mark.parametrize("page", ["today", "support:board"])
def test_a_school_with_students_shows_none(
    page: str, desk_registrar: User, wang_record: StudentRecord
) -> None:
    shown = main_of(desk_registrar, reverse(page))
    assert "还没有学生" not in shown


def test_a_button_pressed_after_the_role_ended_says_why_and_changes_nothing(
    class_counselor: User, desk_registrar: User, wang_record: StudentRecord
) -> None:
    User.objects.filter(pk=class_counselor.pk).update(staff_name="林静")
    browser = enter(class_counselor)
    assert browser.get(reverse("today")).status_code == 200
    dismiss(
        account=class_counselor, role=Role.COUNSELOR, institution=None, reason="调岗",
        by=desk_registrar,
    )  # fmt: skip
    answer = browser.post(reverse("support:hand_on_class", args=[wang_record.school_class_id]))
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "内容没有保存，也没有发出" in text
    assert "角色可能已被撤销" in text


def test_a_student_who_presses_such_a_button_reads_of_no_role(
    li: User, wang_record: StudentRecord
) -> None:
    path = reverse("support:hand_on_class", args=[wang_record.school_class_id])
    answer = enter(li).post(path, {"words": "我写的话"})
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "我写的话" in text
    assert "内容没有保存，也没有发出" in text
    assert "角色" not in text


def test_a_counselor_whose_class_was_withdrawn_reads_the_same(
    class_counselor: User, wang_record: StudentRecord
) -> None:
    class_counselor.counselor_of.all().delete()
    path = reverse("support:class_board", args=[wang_record.school_class_id])
    text = enter(class_counselor).get(path).content.decode()
    assert "角色或负责的班级可能变了" in text
    assert "内容没有保存" not in text


def test_a_student_reads_nothing_of_roles(wang: User) -> None:
    other = SchoolClass.objects.create(institution=make_school(), code="计科2602")
    path = reverse("support:class_board", args=[other.pk])
    assert "角色" not in enter(wang).get(path).content.decode().partition("<main")[2]
