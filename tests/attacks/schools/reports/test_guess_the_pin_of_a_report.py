"""Strangers guess at the PIN of a report, or use up the tries of others."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.limits.rules import RULES
from accounts.models import LimitHit
from enrollment.models import StudentRecord
from tests.attacks.schools.reports.public_check import ask
from tests.enrollment.status_reports.reports import issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_a_pin_is_not_guessed_faster_by_reading_the_link_or_from_many_networks(
    holder: Client, wang_record: StudentRecord
) -> None:
    """Whatever the entrance and however many networks: all wrong PINs together are counted."""
    report = issue(holder, wang_record, language="zh", pin="246813")
    link = reverse("enrollment:check_report_code", args=[report.code])
    for number in range(150):
        reader = Client(REMOTE_ADDR=f"2001:db8:{number:x}::1")
        values = {"code": report.code, "pin": f"{number:06}"}
        reader.post(link if number % 2 else "/status/report/", values)
    most = RULES["report_pins"][0].limit
    assert LimitHit.objects.filter(action="report_pins").count() == most
    assert "王明" not in Client().get(f"{link}?pin=246813").content.decode()


def test_strangers_do_not_use_up_the_tries_of_others(
    holder: Client, wang_record: StudentRecord
) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for _ in range(12):
        assert "王明" not in ask(report.code, "000000", "203.0.113.5")
    assert "王明" not in ask(report.code, "246813", "203.0.113.5"), "the guesser must wait"
    assert "王明" in ask(report.code, "246813", "198.51.100.7")


def test_tries_come_back_after_a_while(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for number in range(300):
        ask(report.code, "000000", f"203.0.113.{number % 250}")
    assert "王明" not in ask(report.code, "246813", "198.51.100.7"), "guessers together are slowed"
    LimitHit.objects.update(at=timezone.now() - timedelta(days=2))
    assert "王明" in ask(report.code, "246813", "198.51.100.7")


def test_the_right_pin_costs_no_try(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for _ in range(30):
        assert "王明" in ask(report.code, "246813")
