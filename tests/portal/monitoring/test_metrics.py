"""/metrics: for whom, what is counted, and that no label names a person."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from delivery.services import queue_email
from tests.people import PASSWORD
from xuejiportal.monitoring import ended_processes

TOKEN = "a-token-of-the-operator"


@pytest.fixture
def watched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Client]:
    """A portal with a token, whose metrics are read with it."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    values = importlib.import_module("prometheus_client.values")
    monkeypatch.setattr(values, "ValueClass", values.get_value_class())
    for module in ("prometheus_client.metrics", "prometheus_client"):
        monkeypatch.setattr(f"{module}.values", values, raising=False)
    importlib.import_module("xuejiportal.monitoring.metrics")
    settings.METRICS_TOKEN = TOKEN
    counting = "xuejiportal.monitoring.middleware.MetricsMiddleware"
    settings.MIDDLEWARE = [counting, *settings.MIDDLEWARE]
    yield Client(headers={"authorization": f"Bearer {TOKEN}"})
    # Other tests count nothing: their process has no directory for it.
    user_logged_in.disconnect(dispatch_uid="metrics-signed-in")
    user_login_failed.disconnect(dispatch_uid="metrics-sign-in-failed")


@pytest.mark.django_db
def test_only_who_has_the_token_reads_them(watched: Client, settings: Settings) -> None:
    assert Client().get("/metrics").status_code == 401
    assert Client(headers={"authorization": "Bearer x"}).get("/metrics").status_code == 401
    assert watched.get("/metrics").status_code == 200
    settings.METRICS_TOKEN = ""
    assert watched.get("/metrics").status_code == 404


@pytest.mark.django_db
def test_the_state_of_the_portal_is_told_without_a_person(watched: Client, li: User) -> None:
    queue_email(to="lihua@example.com", subject="s", text="t", purpose="test")
    Client().post(reverse("account_login"), {"login": li.email, "password": PASSWORD})
    text = watched.get("/metrics").content.decode()
    assert 'portal_part_is_well{part="database"} 1.0' in text
    assert 'portal_age_seconds{of="oldest message"}' in text
    assert 'portal_recent_messages{channel="email",provider="",status="queued"} 1.0' in text
    assert "portal_queue_length" in text
    assert li.email not in text
    assert "lihua" not in text


@pytest.mark.django_db
def test_requests_are_counted_by_page_and_not_by_address(watched: Client) -> None:
    Client().get("/account/confirm-email/a-secret-key/")
    Client().get("/nothing-here/a-secret-key/")
    text = watched.get("/metrics").content.decode()
    counted = [line for line in text.splitlines() if line.startswith("portal_requests_total{")]
    assert any('page="account_confirm_email"' in line for line in counted), counted
    assert any('page="none",status="404"' in line for line in counted), counted
    assert 'portal_queries_total{page="account_confirm_email"}' in text
    assert "a-secret-key" not in text


def test_a_process_that_starts_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    half = tmp_path / "counter_999999999.db"  # of a process killed before it wrote anything
    half.touch()
    with ended_processes.unfolded(tmp_path):
        ended_processes.fold(tmp_path)
        assert half.exists()
    ended_processes.fold(tmp_path)
    assert not half.exists()


COUNT = """
from prometheus_client import Counter, Histogram
Counter("portal_requests", "r", ["page"]).labels("home").inc(3)
Histogram("portal_request_seconds", "s", ["page"], buckets=(1, 2)).labels("home").observe(1.5)
"""


@pytest.mark.django_db
def test_processes_that_ended_are_counted_once_in_one_file_of_each_kind(
    watched: Client, tmp_path: Path
) -> None:
    def told() -> list[str]:
        lines = watched.get("/metrics").content.decode().splitlines()
        return [line for line in lines if 'page="home"' in line]

    def run(times: int) -> None:
        for _ in range(times):
            environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
            subprocess.run([sys.executable, "-c", COUNT], env=environ, check=True)

    run(2)
    before = told()
    assert 'portal_requests_total{page="home"} 6.0' in before
    importlib.import_module("xuejiportal.monitoring.metrics").connect()
    assert told() == before
    kept = {file.name for file in tmp_path.glob("*.db")}
    assert kept >= {"counter_ended.db", "histogram_ended.db"}
    run(1)
    importlib.import_module("xuejiportal.monitoring.metrics").connect()
    assert 'portal_requests_total{page="home"} 9.0' in told()
    assert {file.name for file in tmp_path.glob("*.db")} == kept
