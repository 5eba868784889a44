"""A signed report and its file are gone a year after it ended, and no sooner."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.models import StatusReport
from enrollment.status_reports.tasks import forget_ended_reports, sweep_reports
from tests.people import enter

pytestmark = pytest.mark.django_db(transaction=True)


def age(how: str, days: int) -> None:
    ended = Now() - timedelta(days=days)
    begin = {"issued_at": Now() - timedelta(days=2000), "valid_until": Now() + timedelta(days=9)}
    StatusReport.objects.update(**{**begin, how: ended})


@pytest.mark.parametrize("how", ["valid_until", "revoked_at"])
def test_an_ended_report_is_gone_after_a_year(
    how: str, wang_report: StatusReport, wang: User, media: Path
) -> None:
    age(how, 364)
    forget_ended_reports()
    assert wang_report.spaced_code
    assert [path for path in media.rglob("*") if path.is_file()]
    age(how, 366)
    forget_ended_reports()
    sweep_reports()
    assert not StatusReport.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]
    told = Client().post("/status/report/", {"code": wang_report.code}).content.decode()
    assert "365" in told
    page = enter(wang).get(reverse("enrollment:report", args=[wang_report.key]))
    assert page.status_code == 404


def test_a_valid_report_is_kept_however_old(wang_report: StatusReport) -> None:
    StatusReport.objects.update(
        issued_at=Now() - timedelta(days=2000), valid_until=Now() + timedelta(days=1)
    )
    forget_ended_reports()
    assert StatusReport.objects.exists()
