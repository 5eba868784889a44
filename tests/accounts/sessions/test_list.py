"""The page of signed-in devices: one of them can be signed out."""

from typing import cast

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from accounts.sessions.services import sessions_of
from accounts.sessions.store import SessionStore
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
SESSIONS = reverse("accounts:sessions")


def _signed_in(login: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
    return client


def _handle(client: Client) -> str:
    """The key of the session's row."""
    return str(cast("SessionStore", client.session).handle)


def _prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_one_device_is_signed_out_and_the_others_stay(wang: User) -> None:
    here, there, elsewhere = (_signed_in(wang.email) for _ in range(3))
    _prove(here)
    one = Session.objects.get(pk=_handle(there)).pk
    page = here.post(SESSIONS, {"session": one}, follow=True)
    assert page.status_code == 200
    assert "已退出该设备的登录" in page.content.decode()
    assert not Session.objects.filter(pk=one).exists()
    assert len(sessions_of(wang)) == 2
    assert elsewhere.get(SESSIONS).status_code == 200


def test_the_session_of_another_account_is_not_ended(wang: User, li: User) -> None:
    here, other = _signed_in(wang.email), _signed_in(li.email)
    _prove(here)
    here.post(SESSIONS, {"session": _handle(other)})
    assert Session.objects.filter(pk=_handle(other)).exists()


def test_this_device_is_not_signed_out_here(wang: User) -> None:
    here, there = _signed_in(wang.email), _signed_in(wang.email)
    _prove(here)
    here.post(SESSIONS, {"session": _handle(here)})
    assert len(sessions_of(wang)) == 2
    assert there.get(SESSIONS).status_code == 200
