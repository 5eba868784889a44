"""Every page of ``tests.journeys.pages``: accessible, no wider than the phone, within policy."""

from itertools import groupby

import pytest
from django.conf import settings
from playwright.sync_api import Page as Tab

from tests.journeys import checks
from tests.journeys.conftest import NewContext
from tests.journeys.pages import PAGES
from tests.journeys.pages.page import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY_PERSON = {
    who or "visitor": list(pages)
    for who, pages in groupby(sorted(PAGES, key=lambda p: p.who or ""), key=lambda p: p.who)
}


@pytest.mark.parametrize("person", BY_PERSON)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_holds(
    person: str, language: str, open_context: NewContext, request: pytest.FixtureRequest
) -> None:
    """No complaint of axe-core (light, dark), no overflow at 320 px, no broken policy."""
    user = None if person == "visitor" else request.getfixturevalue(person)
    context = open_context(user)
    context.add_init_script(checks.WATCH_POLICY)
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(f"script: {error}"))
    tab.goto("/")
    context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": tab.url}]
    )
    for page in BY_PERSON[person]:
        problems += [f"{page}: {problem}" for problem in _problems(tab, page, language, request)]
    assert not problems, "\n".join(problems)


def _problems(tab: Tab, page: Page, language: str, request: pytest.FixtureRequest) -> list[str]:
    made = request.getfixturevalue(page.needs) if page.needs else None
    path = page.path if isinstance(page.path, str) else page.path(made)
    answer = tab.goto(path)
    assert answer is not None
    problems = []
    if answer.status >= 500:
        problems.append(f"answered {answer.status}")
    if "script-src 'self'" not in answer.headers.get("content-security-policy", ""):
        problems.append("no content security policy")
    if page.act:
        page.act(tab)
        tab.wait_for_load_state()  # what is measured has its style
    problems += checks.overflow_complaints(tab) + checks.structure_complaints(tab)
    problems += checks.upload_complaints(tab)
    problems += checks.language_complaints(tab, language)
    if language == "zh-hans":  # the English page differs in words alone
        problems += checks.axe_complaints(tab) + checks.policy_complaints(tab)
    return problems
