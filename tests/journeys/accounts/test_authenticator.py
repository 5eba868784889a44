"""An authenticator app and its recovery codes, from setting up to doing without, in Chromium."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from tests.journeys import checks
from tests.journeys.conftest import NewContext
from tests.journeys.pages.acts import show_it_is_you
from tests.journeys.ways import SIZES
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def send(tab: Tab, **fields: str) -> None:
    for name, text in fields.items():
        tab.locator(f"main [name={name}]").first.fill(text)
    tab.locator("main form button[type=submit]").first.click()


def sign_in(tab: Tab, user: User) -> None:
    tab.goto(reverse("account_login"))
    send(tab, login=user.email, password=PASSWORD)


def sign_out(tab: Tab) -> None:
    tab.goto(reverse("account_logout"))
    tab.get_by_role("main").get_by_role("button", name="退出登录").click()
    tab.wait_for_url(lambda url: "logout" not in url)


def code_of_the_app(secret: str, steps: int = 0) -> str:
    """What the app shows, ``steps`` half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@pytest.mark.parametrize("size", SIZES)
def test_set_up_asked_for_replaced_by_a_recovery_code_and_taken_away(
    open_context: NewContext, li: User, size: str
) -> None:
    context = open_context(viewport=SIZES[size])
    context.add_init_script(checks.WATCH_POLICY)
    tab = context.new_page()
    sign_in(tab, li)
    tab.goto(reverse("accounts:security"))
    tab.get_by_role("link", name=re.compile("两步验证")).click()
    tab.get_by_role("main").get_by_role("link", name="开启").click()
    tab.wait_for_url("**" + reverse("account_reauthenticate") + "*")
    show_it_is_you(tab)
    secret = tab.locator("#authenticator_secret").input_value()
    expect(tab.locator("main img")).to_be_visible()  # the QR code
    send(tab, code=code_of_the_app(secret, -1))
    tab.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    [recovery, *_] = re.findall(r"\b\d{8}\b", tab.locator("#recovery_codes").input_value())

    sign_out(tab)
    sign_in(tab, li)
    tab.wait_for_url("**" + reverse("mfa_authenticate"))
    send(tab, code="000000")
    expect(tab.get_by_role("main")).to_contain_text("不正确")
    send(tab, code=code_of_the_app(secret))
    tab.wait_for_url("**" + reverse("verification:start"))

    sign_out(tab)
    sign_in(tab, li)
    send(tab, code=recovery)
    tab.wait_for_url("**" + reverse("verification:start"))
    sign_out(tab)
    sign_in(tab, li)
    send(tab, code=recovery)  # used up
    expect(tab).to_have_url(re.compile(reverse("mfa_authenticate")))
    send(tab, code=code_of_the_app(secret, 1))
    tab.wait_for_url("**" + reverse("verification:start"))

    tab.goto(reverse("mfa_deactivate_totp"))
    show_it_is_you(tab)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url("**" + reverse("mfa_index"))
    assert not Authenticator.objects.filter(user=li).exists()
    assert checks.policy_complaints(tab) == []
