"""Someone with the portal's own database role wants to rewrite the audit trail (T30)."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from accounts.tasks import anchor_trail
from audit.models import AuditEntry
from audit.services import record_action
from audit.tasks import extend_chain
from enrollment.models import BatchState, StudentRecord
from tests.attacks.traces.verifying import verify
from tests.enrollment.imported_files import make_import

pytestmark = pytest.mark.django_db

ROLE = "trail_attacker"


@pytest.fixture
def as_application() -> Iterator[None]:
    """Every statement runs with the rights of the application's role."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_privileges", ROLE, stdout=StringIO())
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute("SET LOCAL search_path = public, portal_staging")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.usefixtures("as_application")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET actor_id = 1",
        "DELETE FROM audit_auditseal",
        "DELETE FROM audit_auditanchor",
        "UPDATE audit_auditcheck SET broken = NULL",
        "TRUNCATE audit_auditentry CASCADE",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER append_only",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON audit_auditentry",
        "DROP TABLE audit_auditanchor",
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TABLE public.audit_shadow (id int)",
        "CREATE RULE hide AS ON INSERT TO audit_auditentry DO INSTEAD NOTHING",
        "ALTER TABLE enrollment_studentrecord ADD COLUMN x int",
        "CREATE SCHEMA elsewhere",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_role_cannot_rewrite_the_trail(statement: str) -> None:
    record_action(action="enrollment.view_record", actor_id=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (ROLE,)
        with pytest.raises(Error), transaction.atomic():
            cursor.execute(statement)
    assert AuditEntry.objects.exists()


@pytest.mark.usefixtures("as_application")
def test_the_application_role_may_not_switch_all_triggers_off() -> None:
    with connection.cursor() as cursor:  # the tests' own session belongs to a superuser
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        assert cursor.fetchone() == (False,)


@pytest.mark.usefixtures("as_application")
def test_the_portal_works_with_the_application_role(tmp_path: Path) -> None:
    batch = make_import(tmp_path, publish=True)
    assert batch.state == BatchState.PUBLISHED
    assert StudentRecord.objects.exists()
    extend_chain()
    anchor_trail()
    assert "The trail is whole" in verify()


def test_the_owner_is_refused_as_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="use another role"):
        call_command("grant_privileges", owner)
    with pytest.raises(CommandError, match="There is no database role"):
        call_command("grant_privileges", "nobody_has_this_name")
