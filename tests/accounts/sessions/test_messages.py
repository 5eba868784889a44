"""What one page tells on the next: to whom, and readable by nobody on the way."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.messages import constants
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.sessions.messages import MessageStorage
from tests.people import enter

TOLD = "已绑定 138****0013"
LI, WANG = {SESSION_KEY: "7"}, {SESSION_KEY: "8"}


def _request(session: dict[str, Any], cookie: str = "") -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = session  # type: ignore[assignment]
    if cookie:
        request.COOKIES["messages"] = cookie
    return request


def _tell(session: dict[str, Any], text: str) -> HttpResponse:
    """The answer of a page that tells ``text`` on the next."""
    storage, answer = MessageStorage(_request(session)), HttpResponse()
    storage.add(constants.SUCCESS, text)
    storage.update(answer)
    return answer


def _told(session: dict[str, Any], cookie: str) -> list[str]:
    return [str(one) for one in MessageStorage(_request(session, cookie))]


def test_the_next_page_tells_it_and_no_session_is_written() -> None:
    session = dict(LI)
    answer = _tell(session, TOLD)
    cookie = answer.cookies["messages"]
    assert _told(LI, cookie.value) == [TOLD]
    assert session == LI
    assert cookie["httponly"]


def test_the_cookie_does_not_show_what_it_tells() -> None:
    sealed = urlsafe_b64decode(_tell(dict(LI), TOLD).cookies["messages"].value)
    assert b"0013" not in sealed
    assert b"u5df2" not in sealed


@pytest.mark.parametrize("other", [WANG, {}])
def test_another_person_at_the_same_browser_is_told_nothing(other: dict[str, Any]) -> None:
    assert _told(other, _tell(dict(LI), TOLD).cookies["messages"].value) == []


@pytest.mark.parametrize("cookie", ["x", "AAAA", "é", "=", "a" * 4000])
def test_a_cookie_of_a_strangers_making_tells_nothing(cookie: str) -> None:
    assert _told(LI, cookie) == []


def test_what_is_too_long_for_a_cookie_is_told_as_well() -> None:
    session = dict(LI)
    answer = _tell(session, "长" * 3000)
    told = _told(session, answer.cookies["messages"].value)
    assert told == ["长" * 3000]


def test_what_was_sealed_by_a_key_since_removed_is_dropped(settings: Settings) -> None:
    cookie = _tell(dict(LI), TOLD).cookies["messages"].value
    settings.VAULT_KEYS = {"other": bytes(32)}
    assert _told(LI, cookie) == []


def test_what_was_not_read_before_signing_out_is_not_told_at_the_next_sign_in(li: User) -> None:
    browser = enter(li)
    browser.cookies["messages"] = _tell({SESSION_KEY: str(li.pk)}, TOLD).cookies["messages"].value
    browser.post(reverse("account_logout"))
    browser.force_login(li)
    assert TOLD not in browser.get(reverse("home")).content.decode()
