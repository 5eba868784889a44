"""Someone who may write to the database wants to rewrite the audit trail unseen (T30)."""

import hashlib
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from accounts.models import User
from accounts.tasks import anchor_trail
from audit import chain
from audit.anchors import anchors_in, line_of
from audit.models import APPEND_ONLY, AuditAnchor, AuditCheck, AuditEntry, AuditSeal
from audit.services import record_action
from audit.tasks import check_trail, extend_chain
from tests.attacks.traces.verifying import verify
from tests.outbox import Outbox
from xuejiportal import server_urls
from xuejiportal.logs.formatters import SyslogFormatter
from xuejiportal.logs.syslog import SyslogHandler

pytestmark = pytest.mark.django_db


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
        assert server_urls.syslog("AUDIT_SYSLOG") == {
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
