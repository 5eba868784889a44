"""The trail can be written and read, never changed unseen (T20)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction

from audit import chain
from audit.models import AuditEntry, AuditSeal
from audit.services import record_action
from audit.tasks import extend_chain

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    for number in range(count):
        record_action(action="enrollment.view_record", actor_id=number, subject_key=f"k{number}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET reason = 'x'",
        "DELETE FROM audit_auditentry",
        "UPDATE audit_auditseal SET digest = ''",
        "DELETE FROM audit_auditseal",
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE audit_auditseal ENABLE TRIGGER no_truncate;"
        "TRUNCATE audit_auditseal",
    ],
)
def test_the_database_refuses_to_change_the_trail(statement: str) -> None:
    write(1)
    extend_chain()
    refused = pytest.raises((InternalError, ProgrammingError), match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_entry_is_sealed_once_and_the_chain_is_whole() -> None:
    write(3)
    extend_chain()
    write(2)
    extend_chain()
    extend_chain()
    assert AuditSeal.objects.count() == AuditEntry.objects.count() == 5
    assert chain.first_broken() is None
    call_command("verify_audit")


def test_an_altered_row_is_found() -> None:
    write(5)
    extend_chain()
    altered = AuditEntry.objects.order_by("pk")[2]
    with connection.cursor() as cursor:  # an owner of the tables can lift the trigger
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE audit_auditentry SET actor_id = 99 WHERE id = %s", [altered.pk])
    with pytest.raises(CommandError, match=f"Entry {altered.pk} has been altered"):
        call_command("verify_audit")


def test_a_removed_row_is_found() -> None:
    write(3)
    extend_chain()
    removed = AuditEntry.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column in (("audit_auditseal", "entry_id"), ("audit_auditentry", "id")):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [removed.pk])
    assert chain.first_broken() == removed.pk + 1
