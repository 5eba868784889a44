"""E-mail over a real SMTP conversation, through other back ends, and as a page in development."""

from asyncio import WriteTransport
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from pytest_django import Settings

from delivery import services as delivery
from delivery.models import OutboxMessage, Status
from delivery.outbox import sending
from devtools.embedded.servers import free_port
from tests.outbox import Outbox
from xuejiportal import server_urls

pytestmark = pytest.mark.django_db


class Mailbox:
    """An SMTP server's hooks: accepts, or answers as told."""

    def __init__(self, *, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.received: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.received.append(bytes(envelope.original_content or b""))
        if self.data == "lost" and isinstance(server.transport, WriteTransport):
            server.transport.abort()
        return self.data


@contextmanager
def listening(mailbox: Mailbox, settings: Settings) -> Iterator[None]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_TRANSPORT, settings.EMAIL_BACKEND = (
        "smtp",
        "delivery.backend.OutboxEmailBackend",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    try:
        yield
    finally:
        controller.stop()


def send_one() -> OutboxMessage:
    message = delivery.queue_email(
        to="lihua@example.com", subject="激活你的账号", text="正文", purpose="test"
    )
    sending.send_due()
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("answers", "status", "error"),
    [
        ({}, Status.SENT, ""),
        ({"rcpt": "550 no such user"}, Status.FAILED, "smtp-550"),
        ({"rcpt": "451 greylisted"}, Status.QUEUED, "smtp-451"),
        ({"data": "554 spam"}, Status.FAILED, "smtp-554"),
        ({"data": "452 full"}, Status.QUEUED, "smtp-452"),
        ({"data": "lost"}, Status.UNKNOWN, "smtp-no-answer"),
    ],
)
def test_the_servers_answer_decides(
    settings: Settings, answers: dict[str, str], status: Status, error: str
) -> None:
    mailbox = Mailbox(**answers)
    with listening(mailbox, settings):
        message = send_one()
    assert (message.status, message.error) == (status, error)


def test_a_repetition_carries_the_same_message_id(settings: Settings) -> None:
    mailbox = Mailbox(data="452 full")
    with listening(mailbox, settings):
        message = send_one()
        OutboxMessage.objects.update(next_attempt_at=message.created_at)
        sending.send_due()
    assert len(mailbox.received) == 2
    for received in mailbox.received:
        assert f"Message-ID: <{message.key}@".encode() in received


def test_no_server_means_later(settings: Settings) -> None:
    settings.EMAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", 9
    message = send_one()
    assert (message.status, message.error) == (Status.QUEUED, "smtp-connect")


class Answering(BaseEmailBackend):
    """A back end such as django-anymail's, which raises with the HTTP status it got."""

    error: Exception | None = None

    def send_messages(self, email_messages: Any) -> int:
        if self.error:
            raise self.error
        return len(email_messages)


class ApiError(Exception):
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, Status.SENT),
        (ApiError(422), Status.FAILED),
        (ApiError(429), Status.QUEUED),
        (ApiError(503), Status.QUEUED),
        (ApiError(504), Status.UNKNOWN),
        (TimeoutError(), Status.UNKNOWN),
    ],
)
def test_any_django_back_end_can_carry_the_mail(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    status: Status,
) -> None:
    settings.EMAIL_TRANSPORT = f"{__name__}.Answering"
    monkeypatch.setattr(Answering, "error", error)
    assert send_one().status == status


def test_anymail_carries_the_mail_by_setting(settings: Settings) -> None:
    settings.EMAIL_TRANSPORT = "anymail.backends.test.EmailBackend"
    assert send_one().status == Status.SENT


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example:2525", ("mail.example", 2525, "", "", False, False)),
        (
            "smtp://u%40x:p%2F@m.example:587?tls=1",
            ("m.example", 587, "u@x", "p/", False, True),
        ),
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", True, False)),
    ],
)
def test_email_url(url: str, expected: tuple[object, ...]) -> None:
    assert tuple(server_urls.smtp(url).values()) == expected


class TestDevelopmentOutbox:
    """What would have been sent, with links to click."""

    @pytest.fixture(autouse=True)
    def _development(self, settings: Settings) -> None:
        settings.DEBUG = True

    def test_it_lists_and_shows_them(self, client: Client, outbox: Outbox, greeting: str) -> None:
        EmailMessage("激活", "打开 https://portal.example/a?b=1 <b>", to=["a@example.com"]).send()
        delivery.queue_sms(
            to="+8613800138000", kind=greeting, params={"name": "李华"}, purpose="test"
        )
        assert len(outbox.emails()) == 1
        page = client.get("/dev/outbox/").content.decode()
        assert "激活" in page
        assert "李华，你好。" in page
        [mail] = outbox.directory.glob("email/*.eml")
        letter = client.get(f"/dev/outbox/email/{mail.stem}/").content.decode()
        assert 'href="https://portal.example/a?b=1"' in letter
        assert "&lt;b&gt;" in letter

    def test_what_is_not_there_is_not_found(
        self, client: Client, settings: Settings, outbox: Outbox
    ) -> None:
        key = "00000000-0000-0000-0000-000000000000"
        for channel in ("email", "sms", "secrets"):
            assert client.get(f"/dev/outbox/{channel}/{key}/").status_code == 404
        assert "还没有" in client.get("/dev/outbox/").content.decode()
        settings.DEBUG = False
        assert client.get("/dev/outbox/").status_code == 404
