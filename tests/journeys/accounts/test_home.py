"""The front page: light, reachable by keyboard, whole without script, in two languages."""

import brotli
import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import Response, expect

from accounts.models import User
from support.models import Report
from tests.journeys.conftest import NewContext
from tests.people import sample_number
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Dispute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPRESSED = ("text/css", "javascript", "image/svg+xml")
TABBABLE = "a[href], button, input, select, textarea, summary"


def _weight(response: Response) -> int:
    """Bytes over the wire: static text goes out in Brotli, pages as they are."""
    body = response.body()
    kind = response.headers.get("content-type", "")
    return len(brotli.compress(body)) if any(word in kind for word in COMPRESSED) else len(body)


@pytest.mark.parametrize("name", ["home", "account_signup", "account_login"])
def test_a_first_page_weighs_less_than_100_kb(name: str, open_context: NewContext) -> None:
    loaded: list[Response] = []
    context = open_context()
    context.on("response", lambda response: loaded.append(response))
    tab = context.new_page()
    tab.goto(reverse(name), wait_until="networkidle")
    weights = {response.url: _weight(response) for response in loaded}
    assert sum(weights.values()) < 100_000, weights
    assert all(response.ok for response in loaded), [r.url for r in loaded if not r.ok]


@pytest.mark.parametrize("name", ["home", "account_signup"])
def test_everything_is_reached_with_the_tab_key(name: str, open_context: NewContext) -> None:
    tab = open_context().new_page()
    tab.goto(reverse(name))
    wanted = tab.locator(TABBABLE).evaluate_all(
        """all => all.filter(e => e.checkVisibility() && !e.disabled && e.type !== "hidden")
                     .map((e, i) => { e.dataset.order = i; return String(i); })"""
    )
    reached = []
    for _ in wanted:
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.dataset.order"))
        assert _focus_is_visible(tab), reached
    assert reached == wanted


def _focus_is_visible(tab: Tab) -> bool:
    return bool(
        tab.evaluate("""() => {
          const style = getComputedStyle(document.activeElement);
          return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        }""")
    )


def test_the_skip_link_leads_to_the_content(open_context: NewContext) -> None:
    tab = open_context().new_page()
    tab.goto("/")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_be_focused()


def test_the_front_page_works_without_script(open_context: NewContext) -> None:
    tab = open_context(java_script_enabled=False).new_page()
    tab.goto("/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("你的学籍，亲自核对")
    tab.get_by_role("button", name="Switch to English").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your student status, checked by you")
    tab.get_by_role("button", name="切换到简体中文").click()
    tab.get_by_role("navigation").get_by_role("link", name="帮助").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("帮助")
    tab.get_by_role("link", name="学籍门户").click()
    tab.get_by_role("main").get_by_role("link", name="手机号注册", exact=True).click()
    assert tab.url.endswith(reverse("account_signup_phone"))


def test_a_password_is_told_weak_or_strong_while_typing(open_context: NewContext) -> None:
    tab = open_context().new_page()
    tab.goto(reverse("account_signup"))
    told = tab.locator("[data-strength] [role=status]")
    expect(told).to_be_hidden()
    for password, words in (
        ("12345678", "太容易猜到"),
        ("kitchen1", "一般，再长一些更好"),
        ("paper lantern over water", "强"),
    ):
        tab.locator("[name=password1]").fill(password)
        expect(told).to_have_text(words)
    tab.get_by_role("button", name="显示").click()
    expect(tab.locator("[name=password1]")).to_have_attribute("type", "text")


def test_the_language_stays_on_the_page_it_was_changed_on(open_context: NewContext) -> None:
    tab = open_context().new_page()
    tab.goto(reverse("account_login") + "?next=/status/")
    tab.get_by_role("button", name="Switch to English").click()
    assert tab.url.endswith(reverse("account_login") + "?next=/status/")
    expect(tab.locator("html")).to_have_attribute("lang", "en")


def test_offline_a_page_in_our_clothes_answers(open_context: NewContext) -> None:
    context = open_context()
    tab = context.new_page()
    tab.goto("/")
    tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    tab.goto(reverse("help"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("网络已断开")
    colour = tab.locator("body").evaluate("body => getComputedStyle(body).display")
    assert colour == "flex"  # the style sheets came from the cache
    context.set_offline(False)
    tab.get_by_role("button", name="重试").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("帮助")


def test_who_was_not_matched_is_led_on_from_the_front_page(
    li: User, open_context: NewContext
) -> None:
    facts = Facts("赵无此", "居民身份证", sample_number(77), "26110199999999")
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    tab = open_context(li).new_page()
    tab.goto(reverse("home"))
    expect(tab.get_by_role("main")).to_contain_text("没有匹配到学籍")
    tab.get_by_role("link", name="怎么办？").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("未匹配到学籍")


def test_reports_that_are_open_stand_on_the_front_page_with_their_state(
    wang: User, wang_problem: Report, open_context: NewContext
) -> None:
    tab = open_context(wang).new_page()
    tab.goto(reverse("home"))
    expect(tab.get_by_role("link", name="姓名不对")).to_contain_text(
        str(wang_problem.get_state_display())
    )
    tab.get_by_role("link", name="姓名不对").click()
    expect(tab.get_by_role("main")).to_contain_text(wang_problem.number)


def test_a_dispute_that_is_open_stands_on_the_front_page(
    dispute: Dispute, open_context: NewContext
) -> None:
    tab = open_context(dispute.claimant).new_page()
    tab.goto(reverse("home"))
    expect(tab.get_by_role("main")).to_contain_text("学校正在核查你提出的异议")
