"""A person who was not found: the record that fits, beside what they had typed."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from support.models import Cause, Report
from support.reports.services import Statement, open_report
from tests.people import make_account, make_school, sample_number
from tests.support.conftest import Enter
from tests.support.desk.lists import text_of
from verification.claims import services as claims
from verification.facts import Facts

pytestmark = pytest.mark.django_db


def test_a_report_of_an_unknown_class_reaches_the_counselor_of_the_record_that_fits(
    in_vain: Report, li_record: StudentRecord, enter: Enter
) -> None:
    counselor = make_account("c@example.org", roles=(Role.COUNSELOR,))
    assert li_record.school_class is not None
    counselor.counselor_of.create(school_class=li_record.school_class)
    assert str(in_vain.key) in text_of(enter(counselor))


@pytest.mark.parametrize("written", ["计科2601", "计科 2601", "计科2601班", "计科２６０１"])
def test_a_class_is_known_however_it_is_written(
    written: str, li: User, wang_record: StudentRecord
) -> None:
    said = Statement(words="查不到", name="李晓雨")
    made = open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code=written,
    )  # fmt: skip
    assert made.school_class == wang_record.school_class


def test_typed_facts_are_shown_beside_the_record_that_fits(
    in_vain: Report, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    page = desk.get(reverse("support:queue_report", args=[in_vain.key])).content.decode()
    assert "填写的是“李晓宇”，学籍中是“李晓雨”" in page
    assert "证件号码一致" in page
    assert reverse("registry:record", args=[li_record.key]) in page
    assert reverse("verification:assist", args=[li_record.key]) in page
    assert sample_number(12) not in page
    seen = AuditEntry.objects.get(action="support.compare_record")
    assert (seen.actor_id, seen.subject_key) == (school_registrar.pk, str(li_record.key))


def test_a_wrong_digit_is_named_by_its_place_and_neither_number_is_shown(
    li: User, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    typed = sample_number(13)
    claims.start_attempt(account=li, facts=Facts("李晓雨", "居民身份证", typed))
    claims.submit_attempt(account=li)
    said = Statement(words="查不到", name="李晓雨")
    made = open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code="计科2601",
    )  # fmt: skip
    desk = enter(school_registrar)
    page = desk.get(reverse("support:queue_report", args=[made.key])).content.decode()
    assert "证件号码：有几位不同（第 17、18 位）" in page
    assert typed not in page
    assert sample_number(12) not in page


def test_nothing_of_other_schools_or_classes_is_compared(in_vain: Report, enter: Enter) -> None:
    other = make_account("y@example.org", roles=(Role.COUNSELOR,))
    elsewhere = make_school().classes.create(code="软工2601")
    other.counselor_of.create(school_class=elsewhere)
    Report.objects.update(school_class=elsewhere)
    page = enter(other).get(reverse("support:queue_report", args=[in_vain.key])).content.decode()
    assert "没有相近的学籍" in page
    assert "李晓雨" not in page


def test_the_unmatched_row_of_the_class_leads_to_the_report(
    in_vain: Report, li_record: StudentRecord, school_registrar: User, enter: Enter
) -> None:
    assert li_record.school_class is not None
    for part in ("unmatched", "people"):
        page = reverse("support:class_part", args=[li_record.school_class.pk, part])
        text = enter(school_registrar).get(page).content.decode()
        assert reverse("support:queue_report", args=[in_vain.key]) in text
