"""The class board learns of a search in vain, also when the task that tells it was lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.progress import Progress
from tests.people import sample_number
from verification.claims import services as claims
from verification.facts import Facts
from verification.tasks import match_waiting

pytestmark = pytest.mark.django_db


def test_the_board_knows_of_a_search_in_vain_whose_task_was_lost(
    li: User, li_record: StudentRecord
) -> None:
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    match_waiting()
    li_record.refresh_from_db()
    assert li_record.progress == Progress.UNMATCHED


def test_an_old_search_in_vain_changes_nothing_again(li: User, li_record: StudentRecord) -> None:
    facts = Facts("李晓宇", "居民身份证", sample_number(12), li_record.candidate_number)
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)
    later = timezone.now() + timedelta(seconds=1)
    StudentRecord.objects.update(progress=Progress.UNREGISTERED, progress_since=later)
    match_waiting()
    li_record.refresh_from_db()
    assert li_record.progress == Progress.UNREGISTERED
