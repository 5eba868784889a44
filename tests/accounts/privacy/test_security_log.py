"""The log of sign-ins and changes that an owner reads."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EventKind, SecurityEvent, User
from accounts.requests.client_network import masked_network
from accounts.security_log import log_of, prune_log, record_event
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0"


def sign_in(user: User, address: str) -> Client:
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def kinds(user: User) -> list[str]:
    return list(log_of(user).values_list("kind", flat=True))


def test_a_sign_in_is_written_with_device_and_masked_network(li: User) -> None:
    page = sign_in(li, "203.0.113.77").get(reverse("accounts:security_log")).content.decode()
    assert "登录" in page
    assert "Firefox · Linux" in page
    assert "203.0.113.*" in page
    assert "203.0.113.77" not in page
    assert not SecurityEvent.objects.filter(network__contains="77").exists()


def test_a_wrong_password_is_a_failed_sign_in(li: User) -> None:
    Client().post(reverse("account_login"), {"login": li.email, "password": "wrong"})
    assert kinds(li) == [EventKind.SIGN_IN_FAILED]


@pytest.mark.parametrize(
    ("page", "field"),
    [("account_reauthenticate", "password"), ("account_change_password", "oldpassword")],
)
def test_a_wrong_password_in_an_open_session_is_written(li: User, page: str, field: str) -> None:
    client = Client()
    client.force_login(li)
    client.post(reverse(page), {field: "wrong", "password1": "four other calm words"})
    assert kinds(li) == [EventKind.SIGN_IN_FAILED]


def test_the_right_password_given_again_is_written(li: User) -> None:
    sign_in(li, "203.0.113.77").post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert kinds(li) == [EventKind.PASSWORD_AGAIN, EventKind.SIGNED_IN]


def test_a_change_of_password_is_written(li: User) -> None:
    client = sign_in(li, "203.0.113.77")
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "four other calm words"},
    )
    assert kinds(li) == [EventKind.PASSWORD_CHANGED, EventKind.SIGNED_IN]


def test_the_log_of_another_account_is_not_shown(li: User, wang: User) -> None:
    record_event(account=wang, kind=EventKind.CONTACT_RESTORED)
    assert "已撤销" not in sign_in(li, "::1").get(reverse("accounts:security_log")).content.decode()
    assert "已撤销" in sign_in(wang, "::1").get(reverse("accounts:security_log")).content.decode()
    assert Client().get(reverse("accounts:security_log")).status_code == 302


def test_lines_of_more_than_six_months_go(li: User) -> None:
    for days in (182, 184):
        past = timezone.now() - timedelta(days=days)
        SecurityEvent.objects.create(account=li, kind=EventKind.SIGNED_IN, at=past)
    prune_log()
    assert len(kinds(li)) == 1


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.77", "203.0.113.*"),
        ("2001:db8:1:2::77", "2001:db8:1:*"),
        ("::1", "0:0:0:*"),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_the_log_shows_the_network_without_the_device(address: str, shown: str) -> None:
    assert masked_network(address) == shown
