"""Where staff go on after they have said why: to what they wanted to open or do."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.requests.page_above import page_above
from enrollment.models import StudentRecord
from tests.people import enter, sample_number

pytestmark = pytest.mark.django_db
KEY = uuid4()
FILES = [  # each file that needs a reason, and the page that has the link to it
    ("support:class_export", 7, "support:class_board", 7),
    ("support:batch_workbook", KEY, "support:queue", None),
    ("registry:faulty_rows", KEY, "registry:import", KEY),
    ("registry:refused_photos", KEY, "registry:photo_batch", KEY),
]


@pytest.fixture
def desk(desk_registrar: User, wang_record: StudentRecord) -> Client:
    """The registrar's browser, the password given a moment ago."""
    return enter(desk_registrar)


def test_the_full_number_asked_for_is_shown_after_the_reason(
    desk: Client, wang_record: StudentRecord
) -> None:
    page = reverse("registry:number", args=[wang_record.key])
    asked = desk.get(page).headers["Location"]
    answer = desk.post(asked, {"words": "报省"}, follow=True)
    assert sample_number(31) in answer.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/today/", "x"])
def test_the_reason_for_a_record_leads_nowhere_else(
    elsewhere: str, desk: Client, wang_record: StudentRecord
) -> None:
    why = reverse("registry:viewing_reason", args=[wang_record.key], query={"next": elsewhere})
    answer = desk.post(why, {"words": "报省"})
    assert answer.headers["Location"] == reverse("registry:record", args=[wang_record.key])


@pytest.mark.parametrize(("file", "of", "page", "shown"), FILES)
def test_after_the_reason_for_a_file_one_goes_on_to_the_page_with_its_link(
    file: str, of: object, page: str, shown: object, desk: Client
) -> None:
    why = reverse("registry:reason", query={"next": reverse(file, args=[of])})
    text = desk.post(why, {"words": "报省"}).content.decode()
    back = reverse(page, args=[shown] if shown else [])
    assert f'href="{back}"' in text.partition('<div class="row">')[2].partition("</div>")[0]


def test_an_address_without_a_page_above_leads_to_the_page_named_instead() -> None:
    assert page_above("/nothing-here/at-all/", otherwise="/today/") == "/today/"
    assert page_above("/", otherwise="/today/") == "/today/"
