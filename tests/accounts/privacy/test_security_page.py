"""The page of what keeps an account safe, and the list of devices."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.devices import device_name
from tests.people import PASSWORD, make_account

_PROOF = "/account/reauthenticate/"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 MicroMessenger/8.0"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        (WECHAT, "微信 · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0", "Firefox · Linux"),
    ],
)
def test_a_device_is_named_as_people_name_it(header: str, name: str) -> None:
    assert device_name(header) == name


def _sign_in(user: User, user_agent: str) -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.django_db
def test_another_device_can_be_signed_out() -> None:
    user = make_account("two.devices@example.org")
    here, there = _sign_in(user, "Firefox Linux"), _sign_in(user, WECHAT)
    assert "已在 2 台设备上登录" in here.get(reverse("accounts:security")).content.decode()
    assert "微信 · Android" in here.get(reverse("accounts:sessions")).content.decode()
    here.post(reverse("accounts:sessions"))
    assert there.get(reverse("accounts:security")).status_code == 200
    # The password is asked for first; then what was asked for is done.
    here.post(_PROOF + "?next=" + reverse("accounts:sessions"), {"password": PASSWORD})
    assert there.get(reverse("accounts:security")).status_code == 302
    assert "已在 1 台设备上登录" in here.get(reverse("accounts:security")).content.decode()


@pytest.mark.django_db
def test_the_password_given_again_makes_the_key_before_worthless() -> None:
    user = make_account("leaked.key@example.org")
    here, leaked = _sign_in(user, WECHAT), Client()
    leaked.cookies[settings.SESSION_COOKIE_NAME] = here.cookies[settings.SESSION_COOKIE_NAME].value
    assert leaked.get(reverse("accounts:security")).status_code == 200
    here.post(_PROOF, {"password": PASSWORD})
    assert here.get(reverse("accounts:security")).status_code == 200
    assert leaked.get(reverse("accounts:security")).status_code == 302


@pytest.mark.django_db
def test_the_security_page_opens_for_its_owner_alone(client: Client) -> None:
    assert client.get(reverse("accounts:security")).status_code == 302
