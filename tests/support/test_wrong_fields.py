"""All that a student has objected to is told in one form, and answered item by item."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import Confirmation, StudentRecord
from support.models import Report
from tests.people import make_account, sample_number
from tests.support.conftest import Enter
from tests.support.test_queue import picture

pytestmark = pytest.mark.django_db


def objected(record: StudentRecord, *wrong: str, asked: tuple[str, ...] = CHECKLIST) -> str:
    """The address of the form after its holder has ticked these fields as wrong."""
    assert record.holder is not None
    made = answer_record(record=record, account=record.holder, asked=asked, wrong=wrong)
    return reverse("support:report_wrong", args=[made.key])


@pytest.fixture
def browser(wang: User, enter: Enter) -> Client:
    return enter(wang)


def test_two_wrong_items_are_one_form_and_a_report_each(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "birth_date")
    receipt = browser.get(reverse("enrollment:receipt", args=[Confirmation.objects.get().key]))
    assert f'href="{form}"' in receipt.content.decode()
    page = browser.get(form).content.decode()
    assert "姓名应为" in page
    assert "出生日期应为" in page
    assert "性别应为" not in page
    given = {"correct_name": "王䶮", "correct_birth_date": "2007-08-16", "evidence": picture()}
    assert browser.post(form, given)["Location"] == reverse("support:reports")
    told = {report.cause: report.stated["correct"] for report in Report.objects.all()}
    assert told == {"name": "王䶮", "birth_date": "2007-08-16"}
    for report in Report.objects.all():  # the picture is with both
        page = browser.get(reverse("support:report", args=[report.key])).content.decode()
        assert f"/support/reports/{report.key}/evidence/" in page
    again = browser.post(form, given)
    assert again["Location"] == reverse("support:reports")
    assert Report.objects.count() == 2


def test_items_of_one_cause_are_one_report_that_names_each(
    browser: Client, wang_record: StudentRecord
) -> None:
    asked = ("name", "college", "level")
    form = objected(wang_record, "college", "level", asked=asked)
    given = {"correct_college": "软件学院", "correct_level": "硕士研究生", "words": "见录取通知书"}
    report_page = browser.post(form, given)["Location"]
    [report] = Report.objects.all()
    assert report_page == reverse("support:report", args=[report.key])
    [entry] = report.entries.all()
    assert entry.words.splitlines()[-1] == "见录取通知书"
    assert "软件学院" in entry.words
    assert "硕士研究生" in entry.words


def test_an_item_left_empty_is_asked_for_at_its_box(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "name", "gender")
    page = browser.post(form, {"correct_name": "王䶮"}).content.decode()
    assert "王䶮" in page
    assert 'aria-invalid="true"' in page
    assert not Report.objects.exists()


def test_the_form_hides_the_middle_of_the_number(
    browser: Client, wang_record: StudentRecord
) -> None:
    form = objected(wang_record, "certificate_number", "name")
    page = browser.get(form).content.decode()
    assert sample_number(31) not in page
    assert sample_number(31)[-4:] in page


def test_nobody_else_tells_what_is_right(wang_record: StudentRecord, enter: Enter) -> None:
    form = objected(wang_record, "name", "gender")
    assert enter(make_account("other@example.org")).get(form).status_code == 404
