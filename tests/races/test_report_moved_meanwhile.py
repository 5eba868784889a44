"""A report moves, or is handed on, at the moment in which somebody else acts."""

import pytest

from accounts.models import User
from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.models import ClassCounselor, SchoolClass
from support.models import Report, ReportBatch
from support.reports.classes import follow_records
from support.reports.desk.services import hand_on
from tests.people import make_account
from tests.races.meanwhile import meanwhile
from tests.support.desk.lists import report_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_report_that_follows_into_a_class_that_is_merged_comes_to_the_other() -> None:
    by = make_account("r@x.cn", roles=(Role.REGISTRAR,))
    report = report_of(200)
    merged, school = report.school_class, report.institution
    assert merged is not None
    into = SchoolClass.objects.create(institution=school, code="计科2602")
    before = SchoolClass.objects.create(institution=school, code="计科2603")
    Report.objects.update(school_class=before)  # the record has moved on to the class ``merged``
    meanwhile(lambda: merge_class(school_class=merged, into=into, by=by), follow_records)
    follow_records()
    assert Report.objects.get().school_class == into


def test_a_report_stays_in_the_batch_of_the_one_who_was_first() -> None:
    report = report_of(200)
    first, second = (
        make_account(f"c{place}@example.org", roles=(Role.COUNSELOR,)) for place in (1, 2)
    )
    assert report.school_class is not None
    for user in (first, second):
        ClassCounselor.objects.create(user=user, school_class=report.school_class)
    handed_on: list[int] = []

    def by(user: User) -> None:
        handed_on.append(hand_on(reports=Report.objects.all(), words="", by=user))

    meanwhile(lambda: by(first), lambda: by(second))
    assert handed_on == [1, 0]
    batch = ReportBatch.objects.get()
    report.refresh_from_db()
    assert (batch.handed_on_by, report.batch) == (first, batch)
