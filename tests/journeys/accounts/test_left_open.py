"""A page left open on a shared computer is not read by who comes next (T10)."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import Session, User
from enrollment.models import StudentRecord
from tests.journeys.conftest import NewContext

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINUTES = 60_000  # in milliseconds


@pytest.fixture
def tab(open_context: NewContext, wang: User, wang_record: StudentRecord) -> Tab:
    """王明's browser, at the record."""
    tab = open_context(wang).new_page()
    tab.clock.install()
    tab.goto(reverse("enrollment:status"))
    expect(tab.get_by_role("main")).to_contain_text("王明")
    return tab


def test_the_record_is_gone_once_the_session_has_run_out(tab: Tab) -> None:
    Session.objects.all().delete()
    tab.clock.fast_forward(14 * MINUTES)
    expect(tab.get_by_role("main")).to_contain_text("王明")
    tab.clock.fast_forward(2 * MINUTES)
    tab.wait_for_url(re.compile(reverse("account_login")))


def test_what_was_typed_stays_until_it_is_sent(tab: Tab) -> None:
    tab.goto(reverse("support:report_write", args=["other"]))
    tab.get_by_role("main").locator("textarea").first.fill("照片不是我")
    Session.objects.all().delete()
    tab.clock.fast_forward(30 * MINUTES)
    expect(tab.get_by_role("main").locator("textarea").first).to_have_value("照片不是我")


def test_a_page_used_meanwhile_in_another_tab_keeps_this_one(tab: Tab) -> None:
    other = tab.context.new_page()
    tab.clock.fast_forward(10 * MINUTES)
    other.clock.install()
    other.clock.fast_forward(10 * MINUTES)
    other.goto(reverse("accounts:security"))
    Session.objects.all().delete()
    tab.clock.fast_forward(6 * MINUTES)
    expect(tab.get_by_role("main")).to_contain_text("王明")


def test_signing_in_as_somebody_else_clears_the_other_tab(
    tab: Tab, open_context: NewContext, li: User
) -> None:
    other = tab.context.new_page()
    elsewhere = open_context(li)
    tab.context.add_cookies(elsewhere.cookies())  # type: ignore[arg-type]
    other.goto(reverse("accounts:security"))
    tab.clock.fast_forward(16 * MINUTES)
    expect(tab.get_by_role("main")).not_to_contain_text("王明")


def test_a_page_that_answered_a_form_is_left_for_the_home_page(tab: Tab) -> None:
    tab.goto(reverse("support:report_write", args=["other"]))
    form = tab.get_by_role("main").locator("form").first
    form.evaluate("form => form.submit()")  # nothing was filled in
    expect(tab.locator("[data-error-summary]")).to_be_visible()
    Session.objects.all().delete()
    tab.clock.fast_forward(16 * MINUTES)
    tab.wait_for_url(lambda address: urlsplit(address).path == reverse("home"))


def test_what_was_written_into_a_refused_form_stays(tab: Tab) -> None:
    tab.goto(reverse("support:report_write", args=["other"]))
    words = tab.get_by_role("main").locator("textarea").first
    words.evaluate("area => { area.value = '字'.repeat(5000); area.form.submit(); }")
    expect(tab.locator("[data-error-summary]")).to_be_visible()
    Session.objects.all().delete()
    tab.clock.fast_forward(30 * MINUTES)
    expect(words).to_have_value(re.compile("字{5000}"))


def test_a_browser_that_stores_nothing_leaves_the_page_too(
    open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    tab = open_context(wang).new_page()
    tab.clock.install()
    tab.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
             Object.defineProperty(window, name, { get: () => { throw new Error("blocked"); } });"""
    )
    tab.goto(reverse("enrollment:status"))
    Session.objects.all().delete()
    tab.clock.fast_forward(14 * MINUTES)
    expect(tab.get_by_role("main")).to_contain_text("王明")
    tab.clock.fast_forward(2 * MINUTES)
    tab.wait_for_url(re.compile(reverse("account_login")))
