"""A receipt of a check is shown by somebody whose record the school has taken back."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.models import Confirmation, StudentRecord
from tests.people import make_account

pytestmark = pytest.mark.django_db
GENUINE, MASKED = "真实有效", "王*"


def told(answered: Confirmation) -> str:
    """What a stranger with the code reads."""
    page = reverse("enrollment:check_receipt")
    return Client().post(page, {"code": answered.spaced_code}).content.decode()


def change(record: StudentRecord, **values: object) -> None:
    StudentRecord.objects.filter(pk=record.pk).update(**values)


def test_a_receipt_counts_while_its_account_holds_the_record(
    answered: Confirmation, wang: User, wang_record: StudentRecord
) -> None:
    text = told(answered)
    assert GENUINE in text
    assert MASKED in text
    assert "不再" not in text


def test_a_receipt_of_a_record_taken_back_confirms_nothing(
    answered: Confirmation, wang_record: StudentRecord
) -> None:
    change(wang_record, holder=None, claimed_at=None)
    text = told(answered)
    assert "不再证明" in text
    assert GENUINE not in text
    assert MASKED not in text


def test_a_receipt_tells_nothing_of_the_records_next_person(
    answered: Confirmation, wang_record: StudentRecord
) -> None:
    other = make_account("other@example.org")
    change(wang_record, holder=other, claimed_at=timezone.now(), name="李雷")
    text = told(answered)
    assert "不再证明" in text
    assert "李" not in text.split("<dl")[1].split("</dl")[0]


def test_a_receipt_of_a_record_that_came_back_stays_without_weight(
    answered: Confirmation, wang_record: StudentRecord
) -> None:
    """It was another person's in between."""
    change(wang_record, person_since=timezone.now())
    assert "不再证明" in told(answered)


def test_a_receipt_of_a_record_in_dispute_confirms_nothing_for_now(
    answered: Confirmation, wang_record: StudentRecord
) -> None:
    change(wang_record, frozen_at=timezone.now())
    text = told(answered)
    assert "暂不能证明" in text
    assert GENUINE not in text
    assert MASKED not in text
