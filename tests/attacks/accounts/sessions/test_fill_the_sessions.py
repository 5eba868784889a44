"""Strangers fill the table of sessions by pages that need no account (T26)."""

import pytest
from django.urls import reverse

from accounts.models import Session
from tests.attacks.accounts.browsers import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]


def test_two_hundred_verdicts_of_visitors_make_no_session() -> None:
    for number in range(200):
        client = browser(f"198.51.100.{number}")
        client.post(reverse("help_verdict", args=["codes"]), {"helped": "yes"})
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("account_code", "login"),
        ("account_reset_password", "login"),
        ("account_find_username", "contact"),
        ("account_rescue", "contact"),
    ],
)
def test_refused_requests_for_codes_make_no_session(page: str, field: str) -> None:
    for number in range(30):
        sent = {field: "nobody@example.org"}
        answer = browser(f"198.51.100.{number}").post(reverse(page), sent)
    assert answer.status_code == 429
    assert Session.objects.count() <= 1


@pytest.mark.parametrize("page", ["account_code_enter", "account_reset_password_enter"])
def test_codes_typed_where_none_was_asked_for_make_no_session(page: str) -> None:
    for _ in range(10):
        browser().post(reverse(page), {"code": "123456"})
    assert not Session.objects.exists()
