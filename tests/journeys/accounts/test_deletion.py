"""Deleting an account in a real browser: asked, kept, asked again, gone, and registered again."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.deletion import services as deletion
from accounts.models import User
from enrollment.models import StudentRecord
from tests.journeys.conftest import NewContext
from tests.outbox import Outbox
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(tab: Tab, email: str) -> None:
    tab.goto(reverse("account_login"))
    tab.fill("main [name=login]", email)
    tab.fill("main [name=password]", PASSWORD)
    tab.locator("main .form__actions button").first.click()


def ask(tab: Tab) -> None:
    """From My data, with the password once more where it is wanted."""
    tab.goto(reverse("accounts:delete_account"))
    if reverse("account_reauthenticate") in tab.url:
        tab.fill("main [name=password]", PASSWORD)
        tab.locator("main .form__actions button").first.click()
    tab.get_by_role("button", name="注销账号").click()
    expect(tab.get_by_role("button", name="保留账号")).to_be_visible()


def test_asked_kept_asked_again_gone(
    open_context: NewContext, outbox: Outbox, wang: User, wang_record: StudentRecord
) -> None:
    tab = open_context().new_page()
    sign_in(tab, wang.email)
    tab.get_by_role("button", name="以后再说").click()
    expect(tab.get_by_role("main")).to_contain_text("王明")
    ask(tab)
    tab.get_by_role("button", name="保留账号").click()
    expect(tab.get_by_role("main")).to_contain_text("已保留你的账号")
    ask(tab)
    # The page where people land says so, and leads to the way back.
    tab.goto(reverse("enrollment:status"))
    expect(tab.get_by_role("link", name="查看详情或保留账号")).to_be_visible()
    letter = outbox.emails()[-1]
    assert reverse("accounts:delete_account") in letter.text
    past = F("deletion_due_at") - timedelta(days=8)
    User.objects.filter(pk=wang.pk).update(deletion_due_at=past)
    assert deletion.erase_due() == 1
    tab.goto(reverse("accounts:security"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("登录")
    sign_in(tab, wang.email)
    expect(tab.locator("main [name=password]")).to_be_visible()  # no one by that name
    tab.goto(reverse("account_signup"))
    tab.fill("main [name=email]", wang.email)
    tab.fill("main [name=password1]", PASSWORD)
    tab.check("main [name=consent]")
    tab.locator("main .form__actions button").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("激活账号")
    assert outbox.emails()[-1].to == wang.email
    assert User.objects.filter(email=wang.email).count() == 1
    wang_record.refresh_from_db()
    assert wang_record.holder is None
