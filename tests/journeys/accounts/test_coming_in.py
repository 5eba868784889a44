"""Every way into an account, each from a cold start, in a real browser."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.urls import reverse

from accounts.models import Code, LimitHit, User
from tests.journeys.conftest import NewContext
from tests.journeys.hand import Hand
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER, E164 = "13912345678", "+8613912345678"
NEW_PASSWORD = "four other calm words"


@pytest.fixture
def hand(open_context: NewContext, outbox: Outbox) -> Hand:
    """A visitor at a phone."""
    return Hand(open_context().new_page(), outbox)


def a_minute_passes() -> None:
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_registering_by_phone(hand: Hand) -> None:
    hand.go("/")
    hand.tab.get_by_role("main").get_by_role("link", name="手机号注册").click()
    hand.agree()
    hand.fill(phone=NUMBER, password1=PASSWORD)
    hand.sees("填写校验码")
    hand.reads("139 1234 5678")
    hand.fill(code=hand.code())
    hand.sees("基本信息")  # the first open step


def test_registering_by_email_and_activating_on_another_device(
    hand: Hand, open_context: NewContext
) -> None:
    address = f"{uuid4().hex}@example.org"
    hand.go(reverse("account_signup"))
    hand.agree()
    hand.fill(email=address, password1=PASSWORD)
    hand.sees("激活账号")
    [letter] = hand.outbox.emails()
    link = re.search(r"https?://[^/]+(/\S+)", letter.text)
    assert link
    elsewhere = Hand(open_context().new_page(), hand.outbox)
    elsewhere.go(link.group(1))
    elsewhere.fill(password=PASSWORD)
    elsewhere.sees("基本信息")
    hand.go(reverse("account_login"))
    hand.fill(login=address, password=PASSWORD)
    hand.sees("基本信息")


def test_a_code_asked_for_at_a_desk_is_typed_on_the_phone(
    hand: Hand, open_context: NewContext, li: User
) -> None:
    at_desk = Hand(open_context(li).new_page(), hand.outbox)
    at_desk.go(reverse("accounts:ask_for_code", args=["sms"]))
    at_desk.fill(password=PASSWORD)
    at_desk.fill(address=NUMBER)
    at_desk.sees("填写校验码")
    hand.go(reverse("account_login"))
    hand.fill(login=li.email, password=PASSWORD)
    hand.sees("基本信息")
    hand.go(reverse("accounts:enter_code", args=["sms"]))
    hand.fill(password=PASSWORD)
    hand.fill(code=hand.code())
    hand.sees("手机号和邮箱")
    hand.reads("139****5678")


def test_signing_in_with_a_code_sent_twice(hand: Hand) -> None:
    make_account("li@example.org", phone=E164)
    hand.go(reverse("account_login"))
    hand.tab.get_by_role("link", name="用校验码登录").click()
    hand.fill(login=NUMBER)
    hand.sees("填写校验码")
    first = hand.code()
    a_minute_passes()
    hand.tab.reload()
    hand.tab.get_by_text("没收到？").click()
    hand.tab.get_by_role("button", name="重新发送").click()
    hand.sees("填写校验码")
    assert len(hand.outbox.texts()) == 2
    assert hand.code() == first
    hand.fill(code=first)
    hand.sees("基本信息")


def test_five_wrong_codes_and_an_old_one(hand: Hand) -> None:
    make_account("li@example.org", phone=E164)
    hand.go(reverse("account_code"))
    hand.fill(login=NUMBER)
    hand.sees("填写校验码")
    right = hand.code()
    for _ in range(4):
        hand.fill(code=wrong(right))
        hand.reads("校验码不正确")
    hand.fill(code=wrong(right))
    hand.sees("用校验码登录")
    hand.reads("已失效")
    a_minute_passes()
    hand.fill(login=NUMBER)
    hand.sees("填写校验码")
    Code.objects.update(expires_at=F("expires_at") - timedelta(minutes=11))
    hand.fill(code=hand.code())
    hand.sees("用校验码登录")
    hand.reads("已失效")


def test_the_password_is_recovered_by_phone(hand: Hand) -> None:
    user = make_account("li@example.org", phone=E164)
    hand.go(reverse("account_login"))
    hand.tab.get_by_role("link", name="找回密码").click()
    hand.fill(login=NUMBER)
    hand.fill(code=hand.code())
    hand.sees("重设密码")
    hand.tab.locator("main [name=password1]").fill("password1")
    hand.reads("太容易猜到")  # told while typing
    hand.fill()
    hand.reads("太常见了")  # and refused
    hand.fill(password1=NEW_PASSWORD)
    hand.sees("基本信息")
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
