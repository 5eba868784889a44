"""A passkey, from setting it up to signing in with it, on a virtual authenticator."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import EventKind, User
from accounts.security_log import log_of
from tests.journeys import checks
from tests.journeys.conftest import NewContext
from tests.journeys.pages.acts import show_it_is_you
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(tab: Tab) -> None:
    """Give the browser an authenticator that always says yes."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_set_up_and_then_asked_for(open_context: NewContext, li: User) -> None:
    context = open_context()
    context.add_init_script(checks.WATCH_POLICY)
    tab = context.new_page()
    plug_in(tab)
    tab.goto(reverse("account_login"))
    _sign_in(tab, li)
    tab.wait_for_url("**" + reverse("verification:start"))
    tab.goto(reverse("mfa_add_webauthn"))
    show_it_is_you(tab)
    tab.locator("[name=name]").fill("我的手机")
    tab.locator("#mfa_webauthn_add").click()
    tab.wait_for_url(lambda url: not url.endswith(reverse("mfa_add_webauthn")))
    tab.goto(reverse("mfa_list_webauthn"))
    expect(tab.get_by_role("main")).to_contain_text("我的手机")
    expect(tab.get_by_role("main")).to_contain_text("未使用")
    expect(tab.get_by_role("main").get_by_role("link", name="账号与安全")).to_be_visible()

    tab.goto(reverse("account_logout"))
    tab.get_by_role("main").get_by_role("button", name="退出登录").click()
    tab.goto(reverse("account_login"))
    _sign_in(tab, li)
    tab.wait_for_url("**" + reverse("mfa_authenticate"))
    tab.goto(reverse("enrollment:status"))
    assert tab.url.endswith(reverse("mfa_authenticate"))  # the password alone opens nothing
    tab.locator("#mfa_webauthn_authenticate").click()
    tab.wait_for_url("**" + reverse("verification:start"))
    assert checks.policy_complaints(tab) == []
    assert log_of(li).filter(kind=EventKind.PASSKEY_USED).exists()


def _sign_in(tab: Tab, user: User) -> None:
    tab.locator("[name=login]").fill(user.email)
    tab.locator("[name=password]").fill(PASSWORD)
    tab.get_by_role("main").get_by_role("button", name="登录").first.click()
