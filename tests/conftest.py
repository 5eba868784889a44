"""Fixtures every test may use."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import User
from enrollment.models import StudentRecord
from tests.outbox import Outbox
from tests.people import make_account, make_record, sample_number
from verification import services
from verification.facts import Facts


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


@pytest.fixture
def li(db: None) -> User:
    """李晓雨, a freshman with an account and nothing proved yet."""
    return make_account("li.xiaoyu@example.org")


@pytest.fixture
def li_record(db: None) -> StudentRecord:
    """李晓雨's record, which nobody holds."""
    return make_record(name="李晓雨", number=sample_number(12))


@pytest.fixture
def wang(db: None) -> User:
    """王明, another student."""
    return make_account("wang.ming@example.org")


@pytest.fixture
def wang_record(wang: User) -> StudentRecord:
    """王明's record, which his account holds."""
    record = make_record(name="王明", number=sample_number(31))
    services.start_attempt(
        account=wang,
        facts=Facts("王明", "居民身份证", sample_number(31), record.candidate_number),
    )
    services.submit_attempt(account=wang)
    record.refresh_from_db()
    return record
