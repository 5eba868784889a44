"""Someone with the portal's own database role wants to rewrite the audit trail (T30)."""

import hashlib
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from accounts.models import User
from accounts.tasks import anchor_trail
from audit import chain
from audit.anchors import anchors_in, line_of
from audit.models import APPEND_ONLY, AuditAnchor, AuditCheck, AuditEntry, AuditSeal
from audit.services import record_action
from audit.tasks import check_trail, extend_chain
from enrollment.models import BatchState, StudentRecord
from tests.enrollment.imported_files import make_import
from tests.outbox import Outbox
from xuejiportal import environment
from xuejiportal.logs.formatters import SyslogFormatter
from xuejiportal.logs.syslog import SyslogHandler

pytestmark = pytest.mark.django_db
ROLE = "trail_attacker"


def write(count: int) -> None:
    for number in range(count):
        record_action(action="enrollment.view_record", actor_id=number, subject_key=f"k{number}")
    extend_chain()


@contextmanager
def guards_off() -> Iterator[None]:
    """What only the owner of the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield


def cut_off(last: int, *, anchors_too: bool = False) -> None:
    """Remove the newest entries, their seals and, if wanted, the anchors in the database."""
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM audit_auditentry ORDER BY id DESC LIMIT %s", [last])
        gone = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM audit_auditseal WHERE entry_id = ANY(%s)", [gone])
        cursor.execute("DELETE FROM audit_auditentry WHERE id = ANY(%s)", [gone])
        if anchors_too:
            cursor.execute("DELETE FROM audit_auditanchor")


def verify(*arguments: str) -> str:
    said = StringIO()
    call_command("verify_audit", *arguments, stdout=said)
    return said.getvalue()


def test_a_changed_entry_is_found_though_the_chain_was_computed_again() -> None:
    write(5)
    changed = AuditEntry.objects.order_by("pk")[2]
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET actor_id = 99 WHERE id = %s", [changed.pk])
        previous = chain.GENESIS
        for seal in AuditSeal.objects.select_related("entry").order_by("pk"):
            # All that the database and the code tell, without the key.
            previous = hashlib.sha256(previous + chain.canonical(seal.entry)).digest()
            cursor.execute(
                "UPDATE audit_auditseal SET digest = %s WHERE id = %s", [previous, seal.pk]
            )
    with pytest.raises(CommandError, match="has been altered"):
        verify()


def test_entries_cut_off_are_missed_at_the_nightly_check() -> None:
    write(5)
    anchor_trail()
    last = AuditEntry.objects.latest("pk").pk
    cut_off(2)
    check_trail()
    assert AuditCheck.objects.latest("pk").broken == last


def test_entries_cut_off_together_with_the_anchors_are_missed_by_the_auditors_mail(
    auditor: User, outbox: Outbox, tmp_path: Path
) -> None:
    write(5)
    anchor_trail()
    last = AuditEntry.objects.latest("pk").pk
    cut_off(2, anchors_too=True)
    assert "The trail is whole" in verify()  # inside the database nothing is left to see
    mail = tmp_path / "mail.txt"
    mail.write_text(outbox.emails()[-1].text)
    with pytest.raises(CommandError, match=f"Entry {last} has been altered or removed"):
        verify("--anchors", str(mail))


def test_entries_replaced_after_the_anchor_do_not_fit_it(tmp_path: Path) -> None:
    write(3)
    anchor_trail()
    log = tmp_path / "syslog"
    log.write_text(f"<14>1 2026 host xuejiportal 1 a - {line_of(AuditAnchor.objects.get())}\n")
    cut_off(3, anchors_too=True)
    write(9)
    with pytest.raises(CommandError, match="has been altered or removed"):
        verify("--anchors", str(log))


def test_a_later_anchor_at_the_same_entry_hides_no_earlier_one(
    auditor: User, outbox: Outbox, tmp_path: Path
) -> None:
    """The portal itself seals what was slipped in, under the numbers that were cut off."""
    write(3)
    anchor_trail()
    assert len(outbox.emails()) == 1
    entries = list(AuditEntry.objects.order_by("pk").values())
    cut_off(2, anchors_too=True)
    AuditEntry.objects.bulk_create(AuditEntry(**{**row, "actor_id": 99}) for row in entries[1:])
    extend_chain()
    anchor_trail()
    mails = tmp_path / "mails.txt"
    mails.write_text("\n".join(mail.text for mail in outbox.emails()))
    with pytest.raises(CommandError, match=f"Entry {entries[-1]['id']} has been altered"):
        verify("--anchors", str(mails))


def test_a_changed_tail_that_the_portal_seals_again_does_not_fit_its_anchor(
    auditor: User, outbox: Outbox, tmp_path: Path
) -> None:
    """Without its seals the tail counts as new: the right key is put to it once more."""
    write(3)
    anchor_trail()
    with guards_off(), connection.cursor() as cursor:
        last = AuditEntry.objects.latest("pk")
        cursor.execute("DELETE FROM audit_auditseal WHERE entry_id = %s", [last.pk])
        cursor.execute("DELETE FROM audit_auditanchor")
        cursor.execute("UPDATE audit_auditentry SET reason = 'x' WHERE id = %s", [last.pk])
    write(2)
    assert "The trail is whole" in verify()
    mail = tmp_path / "mail.txt"
    mail.write_text(outbox.emails()[-1].text)
    with pytest.raises(CommandError, match=f"Entry {last.pk} has been altered"):
        verify("--anchors", str(mail))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01 00:00+00"),
        ("action", "enrollment.search_records"),
        ("subject_type", "account"),
        ("subject_key", "k9"),
        ("institution_code", "10009"),
        ("reason", "x"),
        ("detail", '{"people": 1}'),
    ],
)
def test_no_column_of_an_entry_can_be_changed_unseen(column: str, value: str) -> None:
    write(3)
    middle = AuditEntry.objects.order_by("pk")[1].pk
    with guards_off(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", [value, middle])
    with pytest.raises(CommandError, match=f"Entry {middle} has been altered"):
        verify()


def test_an_older_backup_in_place_of_the_trail_does_not_fit_the_mails_since(
    auditor: User, outbox: Outbox, tmp_path: Path
) -> None:
    write(2)
    anchor_trail()
    write(4)
    anchor_trail()
    cut_off(4, anchors_too=True)  # the trail as the backup had it, whole in itself
    assert "The trail is whole" in verify()
    mails = tmp_path / "mails.txt"
    mails.write_text("\n".join(mail.text for mail in outbox.emails()))
    with pytest.raises(CommandError, match="has been altered or removed"):
        verify("--anchors", str(mails))


def test_an_untouched_trail_fits_its_anchors_and_goes_on(auditor: User, outbox: Outbox) -> None:
    write(3)
    anchor_trail()
    write(4)
    anchor_trail()
    assert "2 anchors fit" in verify()
    found = anchors_in(line for mail in outbox.emails() for line in mail.text.splitlines())
    assert sorted(anchor.entries for anchor in found) == [3, 7]
    assert chain.first_broken(found) is None


def test_a_file_without_an_anchor_proves_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_text("audit-anchor entries=x\n")
    with pytest.raises(CommandError, match="no audit-anchor line"):
        verify("--anchors", str(tmp_path / "empty.log"))


def test_the_anchor_leaves_by_syslog_in_the_form_of_rfc_5424(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        monkeypatch.setenv("AUDIT_SYSLOG", f"udp://127.0.0.1:{listener.getsockname()[1]}")
        assert environment.syslog("AUDIT_SYSLOG") == {
            "class": "xuejiportal.logs.syslog.SyslogHandler",
            "address": listener.getsockname(),
        }
        handler = SyslogHandler(address=listener.getsockname())
        handler.setFormatter(SyslogFormatter())
        logger = logging.getLogger("audit.anchors")
        logger.addHandler(handler)
        try:
            write(1)
            anchor_trail()
        finally:
            logger.removeHandler(handler)
            handler.close()
        sent = listener.recv(4096).decode()
    assert sent.startswith("<14>1 2")
    assert " xuejiportal " in sent
    assert len(anchors_in([sent])) == 1


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
