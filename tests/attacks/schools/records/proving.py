"""Prove who one is, and see who holds a record then."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.models import StudentRecord
from tests.people import enter, sample_number

NUMBER = sample_number(12)


def prove(account: User, item: str = "", name: str = "李晓雨") -> Client:
    """State name, number and a third item in the browser."""
    client = enter(account)
    facts = {"name": name, "certificate_type": "居民身份证", "number": NUMBER}
    client.post(reverse("verification:start"), facts | {"third_item": item or "x"})
    client.post(reverse("verification:check"))
    client.post(reverse("verification:third"), {"third_item": item or "x"})
    return client


def holder_of(record: StudentRecord) -> User | None:
    record.refresh_from_db()
    return record.holder
