"""Fixtures every test may use."""

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the audit trail; nothing else may (see audit 0002)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")
