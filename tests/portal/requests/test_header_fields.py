"""Every answer says to the browser what it must not do, and cookies stay with this host."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.portal.environments import COMPLETE, environment, set_all
from tests.portal.fresh_settings import fresh_settings

__all__ = ["environment"]
pytestmark = pytest.mark.django_db
ANSWERS = {
    "/": 200,
    "/healthz": 200,
    "/service-worker.js": 200,
    "/static/css/foundation.css": 200,
    "/static/icons/portal.svg": 200,
    "/nothing-here/": 404,
    "/?q=%00": 400,
    "/api/imports/": 405,
    "/status/": 302,
    "/favicon.ico": 302,
}


@pytest.fixture
def browser(settings: Settings) -> Client:
    """A browser at a portal whose header fields are those of production."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_SSL_REDIRECT = True
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    return Client()


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_carries_the_header_fields(browser: Client, address: str) -> None:
    answer = browser.get(address, secure=True)
    assert answer.status_code == ANSWERS[address]
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "publickey-credentials" not in answer["Permissions-Policy"]
    policy = answer["Content-Security-Policy"]
    for directive in ("object-src", "base-uri", "frame-ancestors"):
        assert f"{directive} 'none'" in policy
    assert "Access-Control-Allow-Origin" not in answer or address.startswith("/static/")
    if answer["Content-Type"].startswith("text/"):
        assert "charset=" in answer["Content-Type"]


def test_a_page_asked_for_without_tls_is_led_to_it_under_the_same_policy(browser: Client) -> None:
    answer = browser.get("/account/login/")
    assert (answer.status_code, answer["Location"][:8]) == (301, "https://")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_https_binds_the_names_below_the_portals_only_where_the_operator_says_so(
    environment: pytest.MonkeyPatch,
) -> None:
    set_all(environment, COMPLETE)
    production = fresh_settings()
    assert production["SECURE_HSTS_SECONDS"] == 31536000
    assert not production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert not production["SECURE_HSTS_PRELOAD"]


def _cookie_settings(loaded: dict[str, Any]) -> list[str]:
    return [name for name in loaded if name.endswith("_COOKIE_NAME")]


def test_every_cookie_of_production_belongs_to_this_host_alone(
    environment: pytest.MonkeyPatch,
) -> None:
    set_all(environment, COMPLETE)
    loaded = fresh_settings()
    assert len(_cookie_settings(loaded)) == 7
    for name in _cookie_settings(loaded):
        assert loaded[name].startswith("__Host-"), name
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"):
        assert loaded[name], name


def test_the_portal_sets_no_other_cookie_and_scripts_read_none(settings: Settings) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("set_language"), {"language": "en"})
    names = (settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    assert set(client.cookies) == set(names)
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
