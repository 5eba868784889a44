"""Somebody else has the owner send what they wrote, by the page that keeps forms (T35)."""

import pytest
from django.conf import settings as portal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Session, StaffAdmission, User
from accounts.roles import Role
from tests.accounts.sessions.ended import browser_after_its_session_of
from tests.people import AGREED, PASSWORD, make_account

pytestmark = pytest.mark.django_db
SENT = {"csrfmiddlewaretoken": "x", "username": "of-the-attacker"}
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
    client = browser_after_its_session_of(li)
    came_from = {"referer": "http://testserver//evil.example/x"}
    client.post(FORM, {"csrfmiddlewaretoken": "x", "username": "li"}, headers=came_from)
    client.force_login(li)
    assert client.get(SEND_AGAIN).context["kept"].page == "/%2Fevil.example/x"


def test_a_strangers_form_is_not_offered_to_who_signs_in_next(li: User) -> None:
    client = Client()
    answer = client.post(FORM, SENT)
    assert SEND_AGAIN not in answer["Location"]
    client.force_login(li)
    assert client.get(SEND_AGAIN)["Location"] == reverse("desk")


def test_a_form_of_one_account_is_offered_to_no_other(li: User, wang: User) -> None:
    client = browser_after_its_session_of(wang)
    assert SEND_AGAIN in client.post(FORM, SENT)["Location"]
    client.force_login(li)
    assert client.get(SEND_AGAIN)["Location"] == reverse("desk")


def test_a_browser_left_by_signing_out_keeps_nothing_for_its_owner(li: User) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": li.email, "password": PASSWORD} | AGREED)
    client.post(reverse("account_logout"))
    answer = client.post(FORM, SENT)
    assert SEND_AGAIN not in answer["Location"]


def test_thirty_large_forms_of_a_stranger_are_stored_nowhere() -> None:
    for _ in range(30):
        Client().post(FORM, SENT | {"words": "x" * 19_000})
    assert not Session.objects.exists()


def test_a_mark_sent_again_and_again_does_not_fill_the_table(li: User) -> None:
    mark = browser_after_its_session_of(li).cookies[portal.LAST_ACCOUNT_COOKIE_NAME].value
    for _ in range(40):
        client = Client()
        client.cookies[portal.LAST_ACCOUNT_COOKIE_NAME] = mark
        client.post(FORM, SENT)
    assert Session.objects.count() == 30


def test_a_mark_of_ones_own_making_names_nobody(li: User) -> None:
    client = Client()
    client.cookies[portal.LAST_ACCOUNT_COOKIE_NAME] = f"{li.key}:forged"
    assert SEND_AGAIN not in client.post(FORM, SENT)["Location"]
