"""Someone not matched is found when the record comes in, and told."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from enrollment.models import ImportBatch, StudentRecord
from enrollment.signals import batch_published
from tests.outbox import Outbox
from tests.people import make_record, make_school, sample_number
from tests.verification.conftest import Walk
from verification.claims.retry import match_waiting
from verification.models import AttemptState, Claim, Outcome, VerificationAttempt
from verification.retention import forget_old_facts
from xuejiportal.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def celery_at_once() -> Iterator[None]:
    """Tasks run where they are called."""

    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_the_record_that_comes_later_opens_and_the_person_is_told(
    li: User, walk: Walk, outbox: Outbox, celery_at_once: None
) -> None:
    walk(li, third_item="2611010815012")
    record = make_record(name="李晓雨", number=sample_number(12))
    batch_published.send_robust(sender=ImportBatch, batch_id=1)
    record.refresh_from_db()
    assert record.holder == li
    attempt = VerificationAttempt.objects.get()
    assert (attempt.state, attempt.outcome) == (AttemptState.VERIFIED, Outcome.MATCHED)
    [letter] = outbox.emails()
    assert letter.to == li.email
    assert "你的学籍信息可以查看了" in letter.subject
    assert Notice.objects.filter(account=li, kind="record_found").exists()
    assert sample_number(12) not in letter.text


@pytest.mark.parametrize(
    "answers", [{"name": "李小雨"}, {"third_item": "2611010000000"}], ids=["name", "third item"]
)
def test_an_attempt_that_still_does_not_match_goes_on_waiting(
    answers: dict[str, str], li: User, walk: Walk, outbox: Outbox
) -> None:
    walk(li, **answers)
    record = make_record(name="李晓雨", number=sample_number(12))
    assert match_waiting() == 0
    record.refresh_from_db()
    assert record.holder is None
    assert outbox.emails() == []


def test_only_the_last_statement_counts(li: User, walk: Walk) -> None:
    walk(li)
    walk(li, number=sample_number(13))
    record = make_record(name="李晓雨", number=sample_number(12))
    assert match_waiting() == 0
    record.refresh_from_db()
    assert record.holder is None


def test_matching_again_a_second_time_changes_nothing(li: User, walk: Walk, outbox: Outbox) -> None:
    walk(li)
    make_record(name="李晓雨", number=sample_number(12))
    assert [match_waiting(), match_waiting()] == [1, 0]
    assert len(outbox.emails()) == 1


def test_a_further_record_of_a_verified_person_is_added(
    wang: User, wang_record: StudentRecord, outbox: Outbox
) -> None:
    """专科 → 本科: the new school's record joins the old one, a namesake's does not."""
    school = make_school(code="10006", name="本科学校")
    fresh = make_record(
        name="王明", number=sample_number(31), school=school, entry_date=date(2029, 9, 1)
    )
    other = make_record(
        name="王鸣", number=sample_number(31), school=school, student_number="2",
        candidate_number="2",
    )  # fmt: skip
    assert match_waiting() == 1
    fresh.refresh_from_db()
    other.refresh_from_db()
    assert (fresh.holder, other.holder) == (wang, None)
    assert set(Claim.objects.values_list("institution_code", flat=True)) == {"19998", "10006"}
    assert len(outbox.emails()) == 1


def test_every_way_on_from_a_further_record_not_found_is_open(
    wang: User, wang_record: StudentRecord
) -> None:
    client = Client()
    client.force_login(wang)
    further = reverse("verification:further")
    page = client.post(further, {"third_item": "260000000001"}, follow=True)
    shown = page.content.decode()
    main = shown[shown.index("<main") : shown.index("</main>")]
    ways = re.findall(r'<a\s[^>]*href="(/[^"]+)"', main)
    assert ways[0] == further
    assert 'value="260000000001"' in client.get(further).content.decode()
    for way in ways:
        assert client.get(way).status_code == 200, way


def test_what_was_stated_in_vain_is_forgotten_in_time(li: User, walk: Walk) -> None:
    walk(li)
    assert forget_old_facts() == 0
    long_ago = timezone.now() - timedelta(days=181)
    VerificationAttempt.objects.update(submitted_at=long_ago)
    assert forget_old_facts() == 1
    assert bytes(VerificationAttempt.objects.get().facts_sealed) == b""
    make_record(name="李晓雨", number=sample_number(12))
    assert match_waiting() == 0
