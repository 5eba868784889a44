"""How far people have come who search for their record, as the class board shows it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.progress import Progress
from tests.people import sample_number
from verification.claims.services import start_attempt, submit_attempt
from verification.facts import Facts
from verification.models import VerificationAttempt
from verification.search_progress import note_lost_progress, note_open_searches


@pytest.fixture
def searching(li: User, li_record: StudentRecord) -> StudentRecord:
    """李晓雨's record, for which 李晓雨 has begun to search."""
    facts = Facts(li_record.name, "居民身份证", sample_number(12), li_record.candidate_number)
    start_attempt(account=li, facts=facts)
    return li_record


def test_a_search_that_goes_on_is_noted_by_the_periodic_task(searching: StudentRecord) -> None:
    searching.refresh_from_db()
    assert searching.progress == Progress.UNREGISTERED
    note_open_searches()
    searching.refresh_from_db()
    assert searching.progress == Progress.UNVERIFIED


def test_a_search_that_found_its_record_is_not_noted(li: User, searching: StudentRecord) -> None:
    submit_attempt(account=li)
    searching.refresh_from_db()
    assert searching.progress == Progress.TO_CHECK
    note_open_searches()
    searching.refresh_from_db()
    assert searching.progress == Progress.TO_CHECK


def test_a_search_that_the_periodic_task_missed_is_noted_with_the_unmatched(
    searching: StudentRecord,
) -> None:
    VerificationAttempt.objects.update(started_at=timezone.now() - timedelta(hours=1))
    note_open_searches()
    searching.refresh_from_db()
    assert searching.progress == Progress.UNREGISTERED
    note_lost_progress()
    searching.refresh_from_db()
    assert searching.progress == Progress.UNVERIFIED
