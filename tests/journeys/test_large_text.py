"""A phone on which the text is set twice as large: 390 px at 32 px a letter are 195 at 16."""

import pytest
from django.urls import reverse

from accounts.models import User
from enrollment.models import ImportBatch, Photo, PhotoKind, StudentRecord
from support.models import Report
from tests.journeys.conftest import NewContext
from verification.models import Dispute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VISITED = ("home", "account_signup_phone", "account_signup", "account_login", "help")
OWN = ("home", "enrollment:status", "accounts:security", "accounts:notices", "support:reports")
STAFF = (
    "today", "support:queue", "support:board", "support:report_statistics", "registry:imports",
    "registry:classes", "registry:people", "registry:campaigns", "verification:disputes",
    "support:articles",
)  # fmt: skip
# What stands beside something else needs room for some words of a line.
NARROW = """() => [...document.querySelectorAll(
    "main :is(h1, h2, h3, p, dd, li, td, tbody th, .waits__label), .brand__name")]
  .filter((element) => element.checkVisibility() && element.innerText.trim().length > 4)
  .filter((element) => element.clientWidth > 1 && element.clientWidth < 64)
  .map((element) => element.innerText)"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_students_pages_fit_when_the_text_is_twice_as_large(
    language: str, open_context: NewContext, wang: User, wang_record: StudentRecord
) -> None:
    Photo.objects.create(
        record=wang_record, kind=PhotoKind.GRADUATION, stored_as="x", thumbnail_stored_as="x",
        width=480, height=640,
    )  # fmt: skip
    problems, size = [], {"width": 195, "height": 420}
    for person, names in ((None, VISITED), (wang, OWN)):
        tab = open_context(person, language=language, viewport=size).new_page()
        for name in names:
            tab.goto(reverse(name))
            wide = tab.evaluate("document.documentElement.scrollWidth")
            problems += [f"{name}: {wide} px wide"] if wide > size["width"] else []
            problems += [f"{name}: no room for {text!r}" for text in tab.evaluate(NARROW)]
    tab.locator("[data-menu] summary").click()
    panel = tab.locator("[data-menu] .menu__panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= size["width"]
    assert not problems


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_staff_fit_when_the_text_is_twice_as_large(
    language: str,
    open_context: NewContext,
    desk_registrar: User,
    wang_problem: Report,
    published_import: ImportBatch,
    dispute: Dispute,
) -> None:
    size = {"width": 195, "height": 420}
    tab = open_context(desk_registrar, language=language, viewport=size).new_page()
    problems = []
    for name in STAFF:
        tab.goto(reverse(name))
        wide = tab.evaluate("document.documentElement.scrollWidth")
        problems += [f"{name}: {wide} px wide"] if wide > size["width"] else []
        problems += [f"{name}: no room for {text!r}" for text in tab.evaluate(NARROW)]
    assert not problems
