"""Mail that comes back is told at the contact; a forged bounce harms nobody."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from delivery import services as delivery
from delivery import tasks
from delivery.email import bounces
from delivery.models import OutboxMessage, ReturnedMail, Status
from delivery.outbox import reconcile, sending
from tests.delivery.fake_smtp import FakeSmtp, serving
from tests.people import make_account

pytestmark = pytest.mark.django_db

REPORT = """\
From: {sender}
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

The mail system
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Thu, 26 Nov 2026 10:00:00 +0800

Final-Recipient: rfc822; wang@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--B
Content-Type: message/rfc822

From: noreply@localhost
Subject: secret

--B--
"""
ADDRESS = "wang@example.com"


@pytest.fixture(autouse=True)
def _returning(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@mail.portal.example"


@pytest.fixture
def sent(settings: Settings) -> OutboxMessage:
    with serving(FakeSmtp(), settings) as server:
        delivery.queue_email(to=ADDRESS, subject="你好", text="正文", purpose="test")
        sending.send_due()
        message = OutboxMessage.objects.get()
        assert server.return_paths == [bounces.return_path(message.key)]
    return message


def receive(
    monkeypatch: pytest.MonkeyPatch, recipient: str, content: str | bytes, **values: str
) -> str:
    if isinstance(content, str):
        fields = {"sender": "MAILER-DAEMON@mx.example.com", "to": recipient, "action": "failed"}
        content = content.format(**{**fields, "status": "5.1.1", **values}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    out = io.StringIO()
    call_command("receive_bounce", recipient, stdout=out)
    return out.getvalue()


def status_of(message: OutboxMessage) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.error


def test_a_bounce_is_noted_at_its_message_and_at_the_contact(
    sent: OutboxMessage, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    account = make_account(ADDRESS)
    client.force_login(account)
    assert "被退回" not in client.get("/account/contacts/").content.decode()
    receive(monkeypatch, bounces.return_path(sent.key), REPORT)
    assert status_of(sent) == (Status.FAILED, "bounced 5.1.1")
    assert "被退回" in client.get("/account/contacts/").content.decode()
    bounces.forget_return(ADDRESS)
    assert "被退回" not in client.get("/account/contacts/").content.decode()


def test_a_mailbox_refused_at_once_is_told_the_same(settings: Settings) -> None:
    with serving(FakeSmtp(rcpt=lambda address: "550 5.1.1 unknown user"), settings):
        delivery.queue_email(to=ADDRESS.upper(), subject="x", text="x", purpose="test")
        sending.send_due()
    assert bounces.returned_mail(ADDRESS) is not None


@pytest.mark.parametrize("answer", ["550 Domain frequency limited", "451 later"])
def test_a_passing_refusal_is_no_return(settings: Settings, answer: str) -> None:
    with serving(FakeSmtp(rcpt=lambda address: answer), settings):
        delivery.queue_email(to=ADDRESS, subject="x", text="x", purpose="test")
        sending.send_due()
    assert not ReturnedMail.objects.exists()


@pytest.mark.parametrize(
    ("action", "expected"),
    [("delayed", Status.SENT), ("relayed", Status.SENT), ("delivered", Status.DELIVERED),
     ("FAILED", Status.FAILED), ("failed\0'--", Status.SENT)],
)  # fmt: skip
def test_only_an_end_changes_the_message(
    sent: OutboxMessage, monkeypatch: pytest.MonkeyPatch, action: str, expected: Status
) -> None:
    receive(monkeypatch, bounces.return_path(sent.key), REPORT, action=action)
    assert status_of(sent)[0] == expected
    assert ReturnedMail.objects.exists() == (expected == Status.FAILED)


def test_a_bounce_ends_the_doubt_about_an_unknown_email(
    sent: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    OutboxMessage.objects.update(status=Status.UNKNOWN)
    receive(monkeypatch, bounces.return_path(sent.key).upper(), REPORT)
    assert status_of(sent)[0] == Status.FAILED
    assert "Nothing new" in receive(monkeypatch, bounces.return_path(sent.key), REPORT)


def test_a_forged_bounce_changes_nothing(
    sent: OutboxMessage, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    own = bounces.return_path(sent.key)
    local, _, domain = own.rpartition("@")
    stranger = bounces.return_path(uuid4())
    forged = [
        "bounces@mail.portal.example",
        f"bounces+{sent.key.hex}@mail.portal.example",
        f"{local[:-2]}aa@{domain}",
        f"{local}@elsewhere.example",
        f"other+{local.partition('+')[2]}@{domain}",
        stranger,
        "",
        "\0" * 300,
        "+" * 100_000,
    ]
    for recipient in forged:
        receive(monkeypatch, recipient, REPORT)
    settings.BOUNCE_ADDRESS = ""
    receive(monkeypatch, own, REPORT)
    assert status_of(sent) == (Status.SENT, "")
    assert not ReturnedMail.objects.exists()


ABSENT = (
    b"From: wang@example.com\r\nSubject: out of office\r\nAuto-Submitted: auto-replied\r\n\r\nx"
)
PLAIN = "From: 系统退信 <Postmaster@qq.com>\r\nSubject: 退信\r\n\r\n收件人不存在".encode()


@pytest.mark.parametrize(
    ("content", "is_bounce"),
    [
        (ABSENT, False),
        (PLAIN, True),
        (b"", False),
        (b"\x00\xff" * 5000, False),
        (b"From: postmaster@" + b"a" * 2_000_000, True),
        (b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 100_000, False),
        (b"Content-Type: message/delivery-status\r\n\r\nAction: \r\n\r\n", False),
        (b"From: " + b"=?utf-8?b?5a2m?= " * 50_000 + b"\r\n\r\n", False),
        (b"Content-Type: message/delivery-status; charset=\xff\r\n\r\n\xff", False),
    ],
)
def test_any_bytes_are_read_without_harm(content: bytes, is_bounce: bool) -> None:
    started = timezone.now()
    assert (bounces.read_bounce(content) is not None) == is_bounce
    assert timezone.now() - started < timedelta(seconds=2)


def test_an_unknown_email_is_closed_after_a_day_and_deleted_with_the_others(
    sent: OutboxMessage,
) -> None:
    long_ago = timezone.now() - timedelta(hours=25)
    OutboxMessage.objects.update(status=Status.UNKNOWN, handed_over_at=long_ago)
    reconcile.reconcile()
    sent.refresh_from_db()
    assert (sent.status, sent.settled_at is not None) == (Status.UNKNOWN, True)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=91))
    tasks.prune_outbox()
    assert not OutboxMessage.objects.exists()


def test_without_a_bounce_address_mail_comes_back_to_the_sender(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = ""
    with serving(FakeSmtp(), settings) as server:
        delivery.queue_email(to=ADDRESS, subject="x", text="x", purpose="test")
        sending.send_due()
    assert server.return_paths == ["noreply@localhost"]
