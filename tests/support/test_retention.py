"""What was written in a report is gone a year after it was settled, and no sooner."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import User
from enrollment.institutions.tasks import forget_old_appointments
from enrollment.models import Appointment, StudentRecord
from support.models import LIVE_STATES, Reminded, Reminder, Report, ReportEntry, ReportState
from support.tasks import forget_words
from tests.people import enter
from tests.support.conftest import WORDS

pytestmark = pytest.mark.django_db


def settle(report: Report, *, days: int, state: str = ReportState.ANSWERED) -> None:
    Report.objects.filter(pk=report.pk).update(state=state, settled_at=Now() - timedelta(days=days))


def test_words_are_gone_a_year_after_the_answer(report: Report, wang: User) -> None:
    page = f"/support/reports/{report.key}/"
    settle(report, days=364)
    forget_words()
    text = enter(wang).get(page).content.decode()
    assert WORDS in text
    assert "王䶮" in text
    settle(report, days=366)
    forget_words()
    text = enter(wang).get(page).content.decode()
    assert WORDS not in text
    assert "王䶮" not in text
    assert "内容已删除" in text
    assert not Report.objects.exclude(stated_sealed=b"").exists()
    assert not ReportEntry.objects.exclude(words_sealed=b"").exists()


@pytest.mark.parametrize("state", LIVE_STATES)
def test_an_open_report_keeps_its_words(state: str, report: Report) -> None:
    settle(report, days=1000, state=state)
    forget_words()
    assert report.entries.exclude(words_sealed=b"").exists()
    assert Report.objects.get().stated["correct"]


def test_staff_are_told_that_the_words_of_a_report_are_gone(
    wang_problem: Report, desk_registrar: User
) -> None:
    settle(wang_problem, days=366)
    forget_words()
    client = enter(desk_registrar)
    page = client.get(f"/support/queue/{wang_problem.key}/")
    assert "内容已删除" in page.content.decode()


@pytest.mark.parametrize(("days", "kept"), [(364, True), (367, False)])
def test_who_was_reminded_is_forgotten_after_a_year(
    days: int, kept: bool, wang_record: StudentRecord, registrar: User
) -> None:
    assert wang_record.school_class
    reminder = Reminder.objects.create(school_class=wang_record.school_class, by=registrar)
    day = Now() - timedelta(days=days)
    Reminded.objects.create(record=wang_record, reminder=reminder, day=day)
    forget_words()
    assert Reminded.objects.exists() is kept
    assert Reminder.objects.exists()


@pytest.mark.parametrize(("days", "kept"), [(364, True), (366, False)])
def test_an_appointment_is_forgotten_after_a_year(
    days: int, kept: bool, appointment: Appointment
) -> None:
    Appointment.objects.update(made_at=Now() - timedelta(days=days))
    forget_old_appointments()
    assert Appointment.objects.exists() is kept
