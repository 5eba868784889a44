"""Another site has the owner send what it wrote, by the page that keeps forms (T35)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import StaffAdmission, User
from accounts.roles import Role
from tests.people import make_account

pytestmark = pytest.mark.django_db
FORM, SEND_AGAIN = reverse("accounts:username"), reverse("accounts:send_again")


def test_a_forged_form_is_not_kept_while_the_second_factor_is_missing(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    staff = make_account("staff@example.org", roles=(Role.REGISTRAR,))
    StaffAdmission.objects.create(account=staff, admitted_at=timezone.now())
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    forged = {"csrfmiddlewaretoken": "forged", "username": "of-the-attacker"}
    answer = client.post(FORM, forged, headers={"origin": "https://evil.example"})
    assert answer["Location"] == f"{reverse('mfa_reauthenticate')}?"
    assert "kept_form" not in client.session


def test_the_way_back_from_a_kept_form_does_not_name_another_host(li: User) -> None:
    client = Client()
    came_from = {"referer": "http://testserver//evil.example/x"}
    client.post(FORM, {"csrfmiddlewaretoken": "x", "username": "li"}, headers=came_from)
    client.force_login(li)
    assert client.get(SEND_AGAIN).context["kept"].page == "/%2Fevil.example/x"
