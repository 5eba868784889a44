"""Lists of people as staff read them: names whole, nothing cut off, no lines of nothing."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import StudentRecord
from tests.journeys.conftest import NewContext
from tests.journeys.ways import SIZES
from tests.people import make_record, sample_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "欧阳春晓"


@pytest.fixture
def everybody(wang_record: StudentRecord) -> str:
    """The list of a class in which one name is long and nobody was reminded."""
    make_record(name=LONG_NAME, number=sample_number(88), phone="+8613800138088")
    return reverse("support:class_part", args=[wang_record.school_class_id, "people"])


def test_the_list_of_a_class_fits_the_desk_and_names_stay_whole(
    everybody: str, class_counselor: User, open_context: NewContext
) -> None:
    tab = open_context(class_counselor, language="en", viewport=SIZES["desktop"]).new_page()
    tab.goto(everybody)
    assert tab.locator(".table-scroll").evaluate("it => it.scrollWidth <= it.clientWidth")
    lines = tab.locator("tbody th a").evaluate_all("all => all.map(a => a.getClientRects().length)")
    assert set(lines) == {1}
    expect(tab.get_by_role("row").filter(has_text=LONG_NAME)).to_contain_text("—")


def test_on_a_phone_a_person_takes_no_line_for_what_never_was(
    everybody: str, class_counselor: User, open_context: NewContext
) -> None:
    tab = open_context(class_counselor).new_page()
    tab.goto(everybody)
    row = tab.get_by_role("row").filter(has_text=LONG_NAME)
    expect(row).to_contain_text("未注册")
    shown = row.locator("td, th").evaluate_all(
        "all => all.filter(it => it.checkVisibility()).length"
    )
    assert shown == 5  # the tick, name, number, phone and state


def test_other_words_are_asked_for_with_another_reason_alone(
    wang_record: StudentRecord, class_counselor: User, open_context: NewContext
) -> None:
    tab = open_context(class_counselor).new_page()
    tab.goto(reverse("registry:record", args=[wang_record.key]))
    words = tab.locator("main [name=words]")
    expect(words).to_be_hidden()
    tab.get_by_label("其他原因").first.check()
    words.fill("家长来电")
    tab.locator("main form button").first.click()
    expect(tab.get_by_role("main")).to_contain_text("家长来电")
