"""A member of staff reads as much as a day allows before midnight, and as much again after it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notice, PersonalDataCount, User
from accounts.privacy.personal_data import count_people
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from tests.people import enter

pytestmark = pytest.mark.django_db
MOST = 10


@pytest.fixture(autouse=True)
def limit(settings: Settings) -> None:
    """The number of people in a day before the auditors hear of it."""
    settings.VIEWS_PER_DAY = MOST


def read_before(account: User, hours: int, people: int) -> None:
    """The account read ``people`` that many hours ago."""
    at = timezone.localtime() - timedelta(hours=hours)
    PersonalDataCount.objects.create(
        account=account, day=at.date(), people=people, hours={f"{at:%H}": people}
    )


def alarms(auditor: User) -> int:
    told = Notice.objects.filter(account=auditor, kind="viewing_alarm").count()
    assert told == AuditEntry.objects.filter(action="enrollment.viewing_alarm").count()
    return told


@pytest.mark.parametrize(("hours", "heard"), [(2, 1), (23, 1), (25, 0), (49, 0)])
def test_what_was_read_in_the_last_24_hours_counts(
    hours: int,
    heard: int,
    desk_registrar: User,
    auditor: User,
    wang_record: StudentRecord,
) -> None:
    read_before(desk_registrar, hours, MOST)
    desk = enter(desk_registrar)
    desk.post(reverse("registry:viewing_reason", args=[wang_record.key]), {"words": "报省"})
    desk.get(reverse("registry:record", args=[wang_record.key]))
    assert alarms(auditor) == heard


def test_who_goes_on_reading_is_told_of_once(desk_registrar: User, auditor: User) -> None:
    read_before(desk_registrar, 23, MOST)
    for _ in range(3):
        count_people(account=desk_registrar, people=MOST)
    assert alarms(auditor) == 1


def test_every_hour_of_a_day_is_kept(desk_registrar: User, auditor: User) -> None:
    """Also beside a row that an older version began."""
    today = timezone.localdate()
    PersonalDataCount.objects.create(account=desk_registrar, day=today, people=3)
    for _ in range(2):
        count_people(account=desk_registrar, people=2)
    kept = PersonalDataCount.objects.get(account=desk_registrar, day=today)
    assert kept.people == 7
    assert kept.hours is not None
    assert sum(kept.hours.values()) == 4
    assert alarms(auditor) == 0
