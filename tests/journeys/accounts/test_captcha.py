"""The proof of work in a real browser: done without a hand, waited for, told aloud."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from tests.journeys import checks
from tests.journeys.conftest import NewContext
from tests.journeys.ways import SIZES
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# The held answer comes, if need be at the second call.
LET_GO = """() => {
  dispatchEvent(new Event("let-go"));
  return document.querySelector("[data-proved]") || !document.querySelector("[data-captcha]");
}"""


def sign_in(tab: Tab, login: str, password: str) -> None:
    """With the keyboard alone, from the field of the name on."""
    tab.locator("main [name=login]").focus()
    tab.keyboard.press("Control+A")
    tab.keyboard.type(login)
    tab.locator("main [name=password]").focus()
    tab.keyboard.type(password)
    tab.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
def test_after_five_wrong_passwords_the_right_one_enters_with_a_proof(
    open_context: NewContext, li: User, size: str
) -> None:
    context = open_context(viewport=SIZES[size])
    context.add_init_script(checks.WATCH_POLICY)
    tab = context.new_page()
    tab.goto(reverse("account_login"))
    for number in range(5):
        with tab.expect_navigation():
            sign_in(tab, li.email, f"wrong {number}")
    status = tab.get_by_role("group", name="安全验证").get_by_role("status")
    expect(status).to_have_text("验证完成，可以提交了。")
    assert checks.axe_complaints(tab) + checks.policy_complaints(tab) == []
    assert checks.overflow_complaints(tab) == []
    sign_in(tab, li.email, PASSWORD)
    tab.wait_for_url("**" + reverse("verification:start"))


def test_a_form_sent_before_the_proof_is_done_waits_for_it(
    open_context: NewContext, li: User
) -> None:
    tab = open_context().new_page()
    tab.goto(reverse("account_login"))
    for number in range(5):
        with tab.expect_navigation():
            sign_in(tab, li.email, f"wrong {number}")
    # The answer of the worker is held back until the form has been sent.
    tab.add_init_script(
        """const Real = Worker; window.Worker = class extends Real {
             addEventListener(kind, act) {
               super.addEventListener(kind, (event) => {
                 const go = () => act(event);
                 kind === "message" ? addEventListener("let-go", go, { once: true }) : go();
               });
             }
           };"""
    )
    with tab.expect_navigation():
        sign_in(tab, li.email, "wrong again")
    expect(tab.get_by_text("正在验证，需要几秒钟")).to_be_visible()
    sign_in(tab, li.email, PASSWORD)
    expect(tab.get_by_text("正在验证，完成后自动提交")).to_be_visible()
    tab.wait_for_function(LET_GO)
    tab.wait_for_url("**" + reverse("verification:start"))


def test_without_script_the_page_says_when_to_come_back(open_context: NewContext, li: User) -> None:
    tab = open_context(java_script_enabled=False).new_page()
    tab.goto(reverse("account_login"))
    for number in range(5):
        with tab.expect_navigation():
            sign_in(tab, li.email, f"wrong {number}")
    expect(tab.get_by_role("main")).to_contain_text("后再试")
