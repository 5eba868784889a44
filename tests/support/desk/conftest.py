"""Reports of classmates, and one of somebody who was not found."""

import pytest

from accounts.models import User
from enrollment.models import StudentRecord
from support.models import Cause, Report
from support.reports.services import Statement, open_report
from tests.people import make_school, sample_number
from tests.support.desk.lists import Many, report_of
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import VerificationAttempt
from verification.search_progress import note_progress


@pytest.fixture
def many(counselor: User) -> Many:
    """Reports of wrong names by classmates, as many as asked for."""

    def make(number: int) -> list[Report]:
        return [report_of(serial) for serial in range(200, 200 + number)]

    return make


@pytest.fixture
def in_vain(li: User, li_record: StudentRecord) -> Report:
    """李晓雨 typed one character of the name wrongly, and reports that nothing was found."""
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    note_progress(str(VerificationAttempt.objects.get().key))
    said = Statement(words="查不到我的学籍", name="李晓宇")
    return open_report(
        account=li, cause=Cause.NOT_FOUND, statement=said, institution=make_school(),
        class_code="软工 99 班",
    )  # fmt: skip
