"""The student's way to the record without script, and with the keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import StudentRecord
from tests.journeys.conftest import NewContext
from tests.people import PASSWORD, sample_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_way_to_the_record_needs_no_script(
    open_context: NewContext, li: User, li_record: StudentRecord
) -> None:
    tab = open_context(java_script_enabled=False).new_page()
    tab.goto("/")
    tab.get_by_role("main").get_by_role("link", name="学籍查询").click()
    tab.locator("[name=login]").fill(li.email)
    tab.locator("[name=password]").fill("not-the-password")
    tab.get_by_role("main").get_by_role("button", name="登录").click()
    expect(tab.get_by_role("alert")).to_contain_text("密码不正确")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.get_by_role("main").get_by_role("button", name="登录").click()

    tab.locator("[name=name]").fill("李晓雨")
    tab.locator("[name=number]").fill(sample_number(12)[:-1])
    tab.locator("[name=third_item]").fill(li_record.candidate_number)
    tab.get_by_role("button", name="下一步").click()
    tab.get_by_role("alert").get_by_role("link").first.click()
    assert tab.url.endswith("#id_number")
    tab.locator("[name=number]").fill(sample_number(12))
    tab.get_by_role("button", name="下一步").click()
    tab.get_by_role("button", name="确定").click()
    expect(tab.locator(".seal")).to_have_text("注册学籍")

    tab.locator("summary").first.click()
    tab.get_by_role("button", name="退出登录").click()
    tab.goto(reverse("enrollment:status"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("登录")


def _tab_to(tab: Tab, selector: str) -> None:
    """Press the tab key until the element has the focus; at most once round the page."""
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached with the tab key")


def test_the_way_to_the_record_needs_the_keyboard_alone(
    open_context: NewContext, li: User, li_record: StudentRecord
) -> None:
    tab = open_context().new_page()
    keys = tab.keyboard
    tab.goto(reverse("enrollment:status"))
    _tab_to(tab, "[name=login]")
    keys.type(li.email)
    _tab_to(tab, "[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")

    tab.wait_for_url("**" + reverse("verification:start"))
    _tab_to(tab, "[name=name]")
    keys.insert_text("李晓雨")
    _tab_to(tab, "[name=number]")
    keys.type(sample_number(12)[:-1])
    keys.press("Enter")
    expect(tab.locator("[data-error-summary]")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(tab.locator("[name=number]")).to_be_focused()
    keys.press("Control+A")
    keys.type(sample_number(12))
    _tab_to(tab, "[name=third_item]")
    keys.type(li_record.candidate_number)
    keys.press("Enter")

    tab.wait_for_url("**" + reverse("verification:check"))
    _tab_to(tab, "main form button")
    keys.press("Enter")
    expect(tab.locator(".seal")).to_have_text("注册学籍")

    _tab_to(tab, "summary.masthead__item")
    keys.press("Enter")
    expect(tab.get_by_role("button", name="退出登录")).to_be_visible()
    keys.press("Escape")
    expect(tab.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(tab.locator("summary.masthead__item")).to_be_focused()
