"""What was handed on together has a name by which it is told from others."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from enrollment.models import SchoolClass
from support.models import Cause, Report, ReportBatch
from support.reports.batches import contents_of
from support.reports.desk.services import hand_on
from tests.people import make_school
from tests.support.conftest import Enter
from tests.support.desk.lists import QUEUE, Many, act

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_class(many: Many) -> SchoolClass:
    """Three reports of two classes, handed on within a moment by one counselor."""
    first, second, third = many(3)
    made = SchoolClass.objects.create(institution=make_school(), code="法学 2301")
    Report.objects.filter(pk=third.pk).update(school_class=made, cause=Cause.MAJOR)
    counselor = User.objects.get(email="counselor@example.org")
    for chosen in ([first], [second], [third]):
        hand_on(
            reports=Report.objects.filter(pk__in=[r.pk for r in chosen]), words="", by=counselor
        )
    return made


def names(page: str) -> list[str]:
    """The lines about batches, without markup."""
    found = re.findall(r'<a href="[^"]*batch=[^"]*"\s*>(.*?)</p>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


@pytest.mark.parametrize("page", [QUEUE, reverse("support:handed_on")])
def test_batches_of_one_minute_are_told_apart_by_class_cause_and_number(
    page: str, other_class: SchoolClass, counselor: User, school_registrar: User, enter: Enter
) -> None:
    reader = school_registrar if page == QUEUE else counselor
    found = names(enter(reader).get(page).content.decode())
    batches = ReportBatch.objects.order_by("pk" if page == QUEUE else "-pk")
    assert len(found) == len(set(found)) == 3
    for batch, text in zip(batches, found, strict=True):
        assert batch.number in text
    of_other = next(text for text in found if other_class.code in text)
    assert "专业" in of_other
    assert all("姓名" in text for text in found if text != of_other)


def test_a_file_of_a_batch_bears_its_number(
    other_class: SchoolClass, school_registrar: User, enter: Enter
) -> None:
    desk = enter(school_registrar)
    desk.post(reverse("registry:reason"), {"words": "报省级", "for_all": "on"})
    for batch in ReportBatch.objects.all():
        answer = desk.get(reverse("support:batch_workbook", args=[batch.key]))
        assert f"{batch.number}.xlsx" in answer.headers["Content-Disposition"]


def test_of_many_classes_three_are_named_and_the_others_counted(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    reports = many(5)
    for place, report in enumerate(reports):
        code = SchoolClass.objects.create(institution=make_school(), code=f"法学 {place}")
        Report.objects.filter(pk=report.pk).update(school_class=code)
    hand_on(reports=Report.objects.all(), words="", by=counselor)
    contents = contents_of(list(ReportBatch.objects.all()))[ReportBatch.objects.get().pk]
    assert (contents.classes, contents.more) == (["法学 0", "法学 1", "法学 2"], 2)
    [text] = names(enter(school_registrar).get(QUEUE).content.decode())
    assert "另有 2 个班级" in text


def test_the_number_of_a_batch_finds_its_reports_and_no_other(
    many: Many, counselor: User, school_registrar: User, enter: Enter
) -> None:
    reports = many(3)
    act(enter(counselor), act="hand_on", reports=[report.key for report in reports[1:]])
    desk = enter(school_registrar)
    page = act(desk, find=ReportBatch.objects.get().number)
    assert [str(report.key) in page for report in reports] == [False, True, True]
