"""What the province answers to corrections: entered one by one or as a list, with its document."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from enrollment.models import Correction, InstitutionRegistrar, StudentRecord
from support.models import Report
from tests.people import make_account, make_record, make_school, sample_number
from tests.support.conftest import Enter
from tests.support.corrections.correcting import correct, settle

pytestmark = pytest.mark.django_db


def test_what_the_province_refuses_leaves_the_record(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    settle(desk, "no")
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"
    page = enter(wang).get(reverse("support:report", args=[report.key])).content.decode()
    assert "省级未批准更正" in page


def test_a_list_of_the_province_is_entered_at_once_with_its_number(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    mate = make_account("mate@example.org")
    other = make_record(
        name="赵同", number=sample_number(77), holder=mate, claimed_at=timezone.now()
    )
    enter(mate).post("/support/reports/new/name/", {"correct": "赵彤", "words": "同音字"})
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    correct(desk, Report.objects.exclude(pk=report.pk).get(), "name", "赵彤")
    page = reverse("support:submission_results")
    given = {"accepted": "yes", "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    assert "请至少勾选一条更正" in desk.post(page, given).content.decode()
    keys = [str(made.key) for made in Correction.objects.all()]
    assert " checked" not in desk.get(reverse("support:submissions")).content.decode()
    answer = desk.post(page, {**given, "corrections": [*keys, "x"]}, follow=True)
    assert "已登记 2 条" in answer.content.decode()
    assert answer.redirect_chain == [(reverse("today"), 302)]  # nothing else waits
    for record, name in ((wang_record, "王䶮"), (other, "赵彤")):
        record.refresh_from_db()
        assert record.name == name
    assert set(Correction.objects.values_list("state", "document")) == {
        ("applied", "示教学〔2026〕12号")
    }


def test_an_answer_that_fails_loses_none_of_the_others(
    report: Report, wang: User, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    mate = make_account("mate@example.org")
    make_record(name="赵同", number=sample_number(77), holder=mate, claimed_at=timezone.now())
    enter(mate).post("/support/reports/new/name/", {"correct": "赵彤", "words": "同音字"})
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    correct(desk, Report.objects.exclude(pk=report.pk).get(), "name", "赵彤")
    Correction.objects.exclude(record=wang_record).update(new_sealed=b"damaged")
    Notice.objects.all().delete()
    given = {"accepted": "yes", "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    keys = [str(made.key) for made in Correction.objects.all()]
    desk.raise_request_exception = False
    page = reverse("support:submission_results")
    assert desk.post(page, {**given, "corrections": keys}).status_code == 500
    wang_record.refresh_from_db()
    report.refresh_from_db()
    assert (wang_record.name, report.state) == ("王䶮", "answered")
    assert [notice.account for notice in Notice.objects.all()] == [wang]
    assert Correction.objects.get(state="submitted").record.holder == mate


def test_the_only_correction_that_waits_is_ticked(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    correct(desk, report, "name", "王䶮")
    page = desk.get(reverse("support:submissions")).content.decode()
    assert re.search(r'name="corrections"[^>]* checked', page)


def test_a_registrar_of_another_school_enters_nothing(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    correct(enter(school_registrar), report, "name", "王䶮")
    other = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=other, institution=make_school("10009", "别的"))
    given = {
        "accepted": "yes",
        "on": "2026-11-20",
        "corrections": [str(Correction.objects.get().key)],
    }
    enter(other).post(reverse("support:submission_results"), given)
    wang_record.refresh_from_db()
    assert wang_record.name == "王明"


def test_an_answer_that_agrees_names_its_document(
    report: Report, wang_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    client = enter(school_registrar)
    correct(client, report, "name", "王䶮")
    page = reverse("support:submission_result", args=[Correction.objects.get().key])
    answer = client.post(page, {"accepted": "yes", "on": "2026-11-20"})
    assert "data-error-summary" in answer.content.decode()
    assert Correction.objects.get().state == "submitted"


def test_the_enter_key_says_nothing_for_the_province(
    report: Report, school_registrar: User, enter: Enter
) -> None:
    client = enter(school_registrar)
    correct(client, report, "name", "王䶮")
    own = reverse("support:submission_result", args=[Correction.objects.get().key])
    for page in (own, reverse("support:submissions")):
        main = client.get(page).content.decode().partition("<main")[2]
        buttons = re.findall(r'<button\b[^>]*type="submit"[^>]*>', main)
        assert "disabled" in buttons[0]  # the one that the key would press
        assert [re.findall(r'value="(\w+)"', one) for one in buttons[1:3]] == [["yes"], ["no"]]
