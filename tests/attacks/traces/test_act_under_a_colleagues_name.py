"""Staff look at people's data and then rename themselves, so that another seems to have looked."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from tests.people import enter, make_account

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:staff_name")


@pytest.fixture
def staff(db: None) -> User:
    return make_account("staff@example.org", roles=(Role.COUNSELOR,))


def test_an_open_session_changes_no_name_without_the_password(staff: User) -> None:
    client = Client()
    client.force_login(staff)
    answer = client.post(PAGE, {"staff_name": "王老师", "staff_office": ""})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    staff.refresh_from_db()
    assert staff.staff_name == ""


def test_a_change_of_ones_name_is_in_the_trail(staff: User) -> None:
    enter(staff).post(PAGE, {"staff_name": "王老师", "staff_office": ""})
    assert AuditEntry.objects.filter(actor_id=staff.pk, action="accounts.name_staff").exists()


@pytest.mark.parametrize(
    "typed", ["王\u200b老师", "\u202e王老师", "王\x01老师", "王老师\n", "王\u115f老师"]
)
def test_a_name_that_looks_like_a_colleagues_is_the_same_text(staff: User, typed: str) -> None:
    enter(staff).post(PAGE, {"staff_name": typed, "staff_office": typed})
    staff.refresh_from_db()
    assert (staff.staff_name, staff.staff_office) == ("王老师", "王老师")


def test_an_ideograph_that_python_does_not_know_yet_stays(staff: User) -> None:
    enter(staff).post(PAGE, {"staff_name": "王\U00031350", "staff_office": ""})
    staff.refresh_from_db()
    assert staff.staff_name == "王\U00031350"


@pytest.mark.parametrize("typed", ["\u200b", "\u115f", "\u3164", "\ue000"])
def test_an_invisible_name_is_refused(staff: User, typed: str) -> None:
    enter(staff).post(PAGE, {"staff_name": typed, "staff_office": ""})
    staff.refresh_from_db()
    assert staff.staff_name == ""
