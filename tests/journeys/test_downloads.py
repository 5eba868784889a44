"""Taking a file leaves the page as it is: its buttons work again."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.journeys.conftest import NewContext
from tests.journeys.pages.acts import show_it_is_you

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_file_is_taken_twice_from_the_same_page(open_context: NewContext, auditor: User) -> None:
    tab = open_context(auditor).new_page()
    tab.goto(reverse("account_reauthenticate"))
    show_it_is_you(tab)
    tab.goto(reverse("trail"))
    for _ in range(2):
        with tab.expect_download():
            tab.get_by_role("button", name="导出 CSV").click()
    tab.get_by_role("button", name="筛选").click()
    tab.locator("main form select[name=action]").wait_for()
