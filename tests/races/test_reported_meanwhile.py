"""A problem is reported at the moment in which the class of its record is merged."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.models import SchoolClass, StudentRecord
from support.models import Cause, Report
from support.reports.services import Statement, open_report
from tests.people import make_account, make_record, make_school, sample_number
from tests.races.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_held", [True, False])
def test_a_report_of_a_class_that_is_merged_comes_to_the_other(is_held: bool) -> None:
    account, by = make_account("wang@example.org"), make_account("r@x.cn", roles=(Role.REGISTRAR,))
    record = make_record(name="王明", number=sample_number(31))
    StudentRecord.objects.update(holder=account, claimed_at=timezone.now())
    as_read = StudentRecord.objects.select_related("school_class", "institution").get()
    merged = record.school_class
    assert merged is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")

    def report() -> None:
        open_report(
            account=account,
            cause=Cause.OTHER,
            statement=Statement("x", name="王明"),
            record=as_read if is_held else None,
            institution=make_school(),
            class_code="" if is_held else merged.code,
        )

    meanwhile(lambda: merge_class(school_class=merged, into=into, by=by), report)
    assert Report.objects.get().school_class == (into if is_held else None)
