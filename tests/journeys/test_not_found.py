"""Nothing is found: why, and tell the school. Nothing is sent: blocked, and let go by staff."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.limits.rate_limits import VIOLATIONS_TO_BLOCK
from accounts.models import LimitHit, User
from support.models import Report
from tests.journeys import ways
from tests.journeys.conftest import NewContext
from tests.journeys.pages.acts import BIND_PHONE, show_it_is_you
from verification.diagnosis.questions import QUESTIONS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NUMBER = "13912345678"


def a_minute_passes() -> None:
    """The cool-down between two codes is over."""
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))


def send(tab: Tab) -> None:
    """Send the form of the page."""
    tab.locator("main .form__actions button").first.click()
    tab.wait_for_load_state()


@pytest.mark.parametrize("way", ways.ALL, ids=str)
@pytest.mark.usefixtures("unmatched_attempt")
def test_the_report_after_the_questions_has_the_answers_filled_in(
    way: ways.Way, li: User, desk_registrar: User, open_context: NewContext
) -> None:
    tab = way.open(open_context, li)
    tab.goto(reverse("verification:unmatched"))
    tab.get_by_role("link", name=way.says("Find out why")).click()
    rare = way.says("It has a rare or variant character")
    for question in QUESTIONS:
        expect(tab.locator("main legend")).to_contain_text(way.says(question.text))
        answer = "[value=rare]" if question.name == "name" else ""
        tab.locator(f"main [name=answer]{answer}").first.check()
        send(tab)
    expect(tab.locator("main .notice").first).to_be_visible()
    tab.get_by_role("link", name=way.says("Report to my school")).click()
    assert rare in tab.locator("[name=words]").input_value()
    tab.locator("[name=institution]").select_option(index=1)
    tab.locator("[name=name]").fill("李䶮")
    send(tab)
    report = Report.objects.get(account=li)
    assert str(report.key) in tab.url
    desk = way.open(open_context, desk_registrar)
    desk.goto(reverse("support:queue_report", args=[report.key]))
    expect(desk.get_by_role("main")).to_contain_text(rare)


@pytest.mark.parametrize("way", ways.ALL, ids=str)
def test_who_asked_too_often_is_let_go_by_the_registrar(
    way: ways.Way, li: User, desk_registrar: User, open_context: NewContext
) -> None:
    tab, desk = way.open(open_context, li), way.open(open_context, desk_registrar)
    for _ in range(1 + VIOLATIONS_TO_BLOCK):
        tab.goto(BIND_PHONE)
        show_it_is_you(tab)
        tab.locator("[name=address]").fill(NUMBER)
        send(tab)
    blocked = way.says("Too many codes were requested. Sending is paused.")
    expect(tab.get_by_role("main")).to_contain_text(blocked)

    desk.goto(reverse("accounts:blocks"))
    desk.locator("[name=contact]").fill(NUMBER)
    desk.locator("main form button").first.click()
    desk.get_by_role("link", name=way.says("Lift"), exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("139****5678")
    desk.locator("[name=reason]").fill("本人到场，确认是自己获取的。")
    send(desk)
    expect(desk.get_by_text(way.says("Lifted: messages can be sent again."))).to_be_visible()

    a_minute_passes()
    tab.goto(BIND_PHONE)
    show_it_is_you(tab)
    tab.locator("[name=address]").fill(NUMBER)
    send(tab)
    expect(tab.locator("[name=code]")).to_be_visible()
