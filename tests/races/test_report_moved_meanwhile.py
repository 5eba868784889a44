"""Reports follow their records at the moment in which a class is merged."""

import pytest

from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.models import SchoolClass
from support.models import Report
from support.reports.classes import follow_records
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
