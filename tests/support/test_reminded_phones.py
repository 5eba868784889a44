"""A phone that the school knows gets a few reminders a day, however many records name it."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from delivery.models import OutboxMessage
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from support.board.people import people
from support.board.reminders import remind
from support.models import Reminder
from tests.people import make_account, make_record, sample_number

pytestmark = pytest.mark.django_db
PHONE, OTHER = "+8613912345678", "+8613812345678"


@pytest.fixture
def staff(db: None) -> User:
    """Who reminds."""
    return make_account("reminding@example.org")


def student(serial: int, phone: str, code: str) -> StudentRecord:
    """A record without a holder, in a class of its own code."""
    record = make_record(name="李华", number=sample_number(serial), phone=phone)
    record.school_class, _ = SchoolClass.objects.get_or_create(
        institution=record.institution, code=code
    )
    record.save(update_fields=["school_class"])
    return record


def click(code: str, by: User) -> Reminder:
    return remind(
        school_class=SchoolClass.objects.get(code=code), parts=[Progress.UNREGISTERED], by=by
    )


def test_two_records_of_one_phone_in_a_class_are_one_text(staff: User) -> None:
    student(1, PHONE, "甲班")
    student(2, PHONE, "甲班")
    student(3, OTHER, "甲班")
    assert click("甲班", staff).by_sms == 2
    assert OutboxMessage.objects.count() == 2


def said_of(code: str) -> list[str]:
    """What the list of the class says of the last reminder of each."""
    rows = people(SchoolClass.objects.get(code=code))
    return [row.reminded.words for row in rows if row.reminded]


def test_the_list_says_what_was_sent_and_nothing_else(staff: User, settings: Settings) -> None:
    settings.SMS_NOTICES_PER_DAY = 1
    student(1, PHONE, "甲班")
    click("甲班", staff)
    student(2, PHONE, "乙班")  # whose phone had its message of today
    click("乙班", staff)
    assert said_of("甲班") == ["短信：等待发送"]
    assert said_of("乙班") == ["未发送"]
    OutboxMessage.objects.all().delete()  # as after 90 days
    assert said_of("甲班") == ["短信"]
    late = StudentRecord.objects.get(school_class__code="乙班")
    late.holder, late.claimed_at = make_account("late@example.org"), timezone.now()
    late.save(update_fields=["holder", "claimed_at"])
    assert said_of("乙班") == ["未发送"]  # registering later makes no notice


def test_a_holder_without_messages_has_a_notice(staff: User) -> None:
    record = student(1, PHONE, "甲班")
    record.holder, record.claimed_at = make_account("lin@example.org"), timezone.now()
    record.save(update_fields=["holder", "claimed_at"])
    remind(school_class=SchoolClass.objects.get(code="甲班"), parts=list(Progress), by=staff)
    OutboxMessage.objects.all().delete()
    assert said_of("甲班") == ["站内通知"]


def test_reminders_of_many_classes_stop_at_the_cap_of_the_phone(
    staff: User, settings: Settings
) -> None:
    settings.SMS_NOTICES_PER_DAY = 2
    for serial, code in enumerate(["甲班", "乙班", "丙班"], start=1):
        student(serial, PHONE, code)
    student(9, OTHER, "丙班")
    assert [click(code, staff).by_sms for code in ["甲班", "乙班", "丙班"]] == [1, 1, 1]
    masked = list(OutboxMessage.objects.values_list("masked_recipient", flat=True))
    assert sorted(masked.count(phone) for phone in set(masked)) == [1, 2]
