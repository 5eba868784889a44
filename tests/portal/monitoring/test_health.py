"""/healthz, /readyz and "manage.py doctor" tell what does not work and what to do."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import AuditCheck
from delivery.models import OutboxMessage
from delivery.services import queue_email
from xuejiportal.monitoring import examination, health
from xuejiportal.monitoring.tasks import pulse


def parts(client: Client, status: int = 200) -> dict[str, dict[str, object]]:
    answer = client.get("/readyz")
    assert answer.status_code == status, answer.content
    found: dict[str, dict[str, object]] = answer.json()["parts"]
    return found


@pytest.mark.django_db
def test_a_portal_whose_parts_work_is_ready(client: Client) -> None:
    for queue in health.QUEUES:
        pulse(queue)
    found = parts(client)
    names = ("database", "migrations", "oldest message", "audit seal", "storage")
    assert all(found[name]["well"] for name in names), found
    assert all(found[f"pulse of {unit}"]["well"] for unit in ("worker", "sender", "importer"))


@pytest.mark.django_db
def test_what_waits_too_long_is_told_and_pages_are_served_all_the_same(client: Client) -> None:
    queue_email(to="lihua@example.com", subject="s", text="t", purpose="test")
    hour_ago = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.update(created_at=hour_ago, next_attempt_at=hour_ago)
    cache.delete("pulse:celery")
    found = parts(client)
    assert found["oldest message"] == {"well": False, "told": "3600 s"}
    assert found["pulse of worker"]["told"] == "never felt"
    assert "lihua" not in json.dumps(found)


@pytest.mark.django_db
def test_a_migration_to_apply_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    health._missing_migrations.cache_clear()
    plan = "django.db.migrations.executor.MigrationExecutor.migration_plan"
    monkeypatch.setattr(plan, lambda *_: [1, 2])
    found = parts(client, 503)
    assert found["migrations"]["told"] == "2 to apply"
    assert "oldest message" not in found  # its table may be missing
    monkeypatch.undo()
    assert parts(client)["migrations"]["well"] is True


@pytest.mark.django_db
def test_without_a_database_it_is_not_ready_but_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    assert parts(client, 503)["database"]["well"] is False
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_without_redis_pages_are_served(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(redis.Redis, "info", away)
    assert parts(client)["redis"]["well"] is False


@pytest.mark.django_db
def test_the_doctor_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", 1
    settings.SMS_PROVIDERS, settings.SMS_TIMEOUT = ["aliyun"], 1
    settings.ALIYUN_SMS_ENDPOINT = "http://127.0.0.1:1"
    settings.SITE_URL, settings.VAR_DIR = "https://localhost:1", tmp_path
    told = io.StringIO()
    with pytest.raises(CommandError, match="need attention"):
        call_command("doctor", stdout=told, no_color=True)
    lines = told.getvalue().splitlines()
    for start, advice in (
        ("!!  mail: smtp-connect", "Compare EMAIL_URL"),
        ("!!  SMS by aliyun: ", "Let this machine reach the provider"),
        ("!!  TLS: localhost: ", "openssl s_client -connect localhost:1"),
    ):
        [at] = [number for number, line in enumerate(lines) if line.startswith(start)]
        assert advice in lines[at + 1]
    assert "ok  permissions: all of one account" in lines


@pytest.mark.django_db
def test_the_doctor_examines_a_development_portal_too() -> None:
    told = io.StringIO()
    with pytest.raises(CommandError):  # no worker runs
        call_command("doctor", stdout=told, no_color=True)
    assert "ok  SMS by file: accepts the credentials" in told.getvalue()


def test_a_file_of_another_account_is_named(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    assert examination._owner().is_well
    (tmp_path / "photos").symlink_to("/")  # looked at itself, not followed
    assert examination._owner().is_well


@pytest.mark.django_db
def test_a_trail_that_was_altered_is_told_until_a_check_finds_it_whole(client: Client) -> None:
    AuditCheck.objects.create(entries=9, broken=7)
    assert parts(client)["audit chain"] == {"well": False, "told": "entry 7 was altered"}
    AuditCheck.objects.create(entries=9, broken=None)
    assert parts(client)["audit chain"]["well"]
