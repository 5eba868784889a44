"""A problem is reported at the moment in which the class of its record is merged."""

import pytest
from django.utils import timezone

from accounts.deletion.services import erase_account
from accounts.models import User
from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.models import SchoolClass, StudentRecord
from support.models import Cause, Report
from support.reports.desk.services import answer_reports
from support.reports.queries import words_of_person
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


def test_what_is_added_while_the_class_of_a_report_is_merged_leaves_it_in_the_other() -> None:
    account, by = make_account("wang@example.org"), make_account("r@x.cn", roles=(Role.REGISTRAR,))
    record = make_record(name="王明", number=sample_number(31))
    StudentRecord.objects.update(holder=account, claimed_at=timezone.now())
    as_read = StudentRecord.objects.select_related("school_class", "institution").get()
    merged = record.school_class
    assert merged is not None
    into = SchoolClass.objects.create(institution=record.institution, code="计科2602")

    def report(words: str) -> None:
        open_report(account=account, cause=Cause.OTHER, statement=Statement(words), record=as_read)

    report("x")
    meanwhile(
        lambda: Report.objects.select_for_update().get(),
        lambda: report("y"),
        lambda: merge_class(school_class=merged, into=into, by=by),
    )
    found = Report.objects.get()
    assert found.school_class == into
    assert words_of_person(found) == ["x", "y"]


def test_an_account_is_erased_while_its_report_is_answered() -> None:
    account, by = make_account("wang@example.org"), make_account("c@x.cn", roles=(Role.COUNSELOR,))
    make_record(name="王明", number=sample_number(31))
    open_report(
        account=account,
        cause=Cause.OTHER,
        statement=Statement("x", name="王明"),
        institution=make_school(),
    )
    User.objects.filter(pk=account.pk).update(deletion_due_at=timezone.now())
    meanwhile(
        lambda: answer_reports(reports=Report.objects.all(), words="y", by=by),
        lambda: erase_account(account.pk),
    )
    assert Report.objects.get().state == "answered"
    account.refresh_from_db()
    assert account.deleted_at
