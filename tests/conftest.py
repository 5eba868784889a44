"""Fixtures every test may use."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from tests.outbox import Outbox


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the audit trail; nothing else may (see audit 0002)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Outbox:
    """The messages the portal sends, in a directory of the test's own."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"  # not the test runner's
    settings.SMS_PROVIDERS, settings.EMAIL_TRANSPORT = ["file"], "file"
    return Outbox(settings.OUTBOX_DIR)
