"""Members of staff are read by name and office, not by what they sign in with."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, StudentRecord
from tests.people import enter, make_account

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:staff_name")


def test_the_name_that_staff_enter_is_what_others_read(
    desk_registrar: User, wang_record: StudentRecord
) -> None:
    counselor = make_account("li@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=counselor, school_class=wang_record.school_class)
    browser = enter(counselor)
    assert PAGE in browser.get(reverse("today")).content.decode()
    assert browser.post(PAGE, {"staff_name": ""}).status_code == 200
    browser.post(PAGE, {"staff_name": "李晓梅", "staff_office": "软件学院学工办"})
    assert PAGE not in browser.get(reverse("today")).content.decode()
    classes = enter(desk_registrar).get(reverse("registry:classes")).content.decode()
    assert "李晓梅 · 软件学院学工办" in classes
    assert "li@example.org" not in classes


def test_a_student_has_no_such_page(li: User) -> None:
    assert enter(li).get(PAGE).status_code == 404
