"""Who cannot get a code again is told why on the page that sends one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.limits import rate_limits
from accounts.models import Session, User
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]
OVER, MANY = "校验码已失效", "网络"
# The page that sends a code, what is sent to it, and the address that sends it again.
WAYS = {
    "account_code": ({"login": "13912345678"}, "account_code_again"),
    "account_reset_password": ({"login": "13912345678"}, "account_reset_password_again"),
    "account_signup_phone": (
        {"phone": "13912345678", "password1": PASSWORD} | AGREED,
        "account_signup_again",
    ),
    "account_rescue": ({"contact": "13912345678"}, "account_rescue_again"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_visitor_whose_session_is_gone_is_told_and_gets_none_for_it(way: str) -> None:
    answer = Client().post(reverse(WAYS[way][1]), follow=True)
    assert answer.request["PATH_INFO"] == reverse(way)
    assert OVER in answer.content.decode()
    assert not Session.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_a_visitor_whose_network_has_sent_much_is_told(
    way: str, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, again = WAYS[way]
    client = Client()
    client.post(reverse(way), values)
    monkeypatch.setattr(rate_limits, "FREE_SENDS", 1)
    answer = client.post(reverse(again), follow=True)
    assert answer.request["PATH_INFO"] == reverse(way)
    assert MANY in answer.content.decode()


def test_who_links_a_contact_is_told(li: User) -> None:
    answer = enter(li).post(reverse("accounts:resend_code", args=["sms"]), follow=True)
    assert OVER in answer.content.decode()
