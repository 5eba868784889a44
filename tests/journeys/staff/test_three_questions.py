"""The auditor's three questions, from the page after signing in: three clicks each at most."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.records.services import note_record_access
from tests.journeys import ways
from tests.journeys.conftest import NewContext

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLICKS = 3


class Counted:
    """A page of the auditor, and how often its mouse was pressed."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.clicks = tab, 0
        tab.goto(reverse("desk"))

    def click(self, kind: str, name: str) -> None:
        """Press a link or button of the page's own part by its name."""
        main = self.tab.get_by_role("main")
        main.get_by_role(kind, name=name, exact=True).click()  # type: ignore[arg-type]
        self.tab.wait_for_load_state()
        self.clicks += 1

    def type(self, words: str) -> None:
        """Type into the one box for a person, as the cursor stands there after a click."""
        self.clicks += 1
        box = self.tab.locator("main form[role=search] input:not([type=hidden])")
        box.click()
        box.fill(words)

    def reads(self, words: str) -> None:
        """Find ``words`` in an entry that is shown."""
        expect(self.tab.locator(".trail-list__item").filter(has_text=words).first).to_be_visible()
        assert self.clicks <= CLICKS


@pytest.mark.parametrize("way", ways.BOTH, ids=str)
def test_each_question_is_answered_in_three_clicks(
    way: ways.Way,
    auditor: User,
    desk_registrar: User,
    wang_record: StudentRecord,
    open_context: NewContext,
) -> None:
    note_record_access(record=wang_record, account=desk_registrar, reason="x")
    looked = way.says("Viewed the record")

    student = Counted(way.open(open_context, auditor))
    student.click("link", way.says("Who looked at a student’s record?"))
    student.type(wang_record.student_number)
    student.click("button", way.says("Find"))
    student.reads(looked)

    staff = Counted(way.open(open_context, auditor))
    staff.click("link", way.says("What did a member of staff do?"))
    staff.type(desk_registrar.email or "")
    staff.click("button", way.says("Find"))
    staff.reads(looked)

    period = Counted(way.open(open_context, auditor))
    period.click("link", way.says("This week"))
    period.reads(looked)
