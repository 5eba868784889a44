"""An SMTP server that answers as it is told, command by command."""

import asyncio
from asyncio import WriteTransport
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from devtools.embedded.servers import free_port

OK = "250 OK"
DROP = "drop"  # close the connection in place of an answer
LOST = "lost"  # take the message and close the connection in place of an answer
Script = Callable[[str], str]


def _agree(address: str) -> str:
    return OK


@dataclass
class FakeSmtp:
    """What the server answers to RCPT and after DATA, by recipient; what it has taken."""

    mail: Script = _agree
    rcpt: Script = _agree
    data: Script = _agree
    delay: float = 0.0
    taken: Counter[str] = field(default_factory=Counter)
    contents: list[bytes] = field(default_factory=list)
    return_paths: list[str] = field(default_factory=list)
    connections: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.mail(address)
        if answer == OK:
            envelope.mail_from = address
        return self._say(server, answer)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.asked[address] += 1
        answer = self.rcpt(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return self._say(server, answer)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.delay:
            await asyncio.sleep(self.delay)
        [address] = envelope.rcpt_tos
        answer = self.data(address)
        if answer in (OK, LOST):
            self.taken[address] += 1
            self.contents.append(bytes(envelope.original_content or b""))
            self.return_paths.append(str(envelope.mail_from))
        return self._say(server, answer)

    @staticmethod
    def _say(server: SMTP, answer: str) -> str:
        if answer in (DROP, LOST) and isinstance(server.transport, WriteTransport):
            server.transport.abort()
        return answer


@contextmanager
def serving(fake: FakeSmtp, settings: Settings) -> Iterator[FakeSmtp]:
    """Let the portal's e-mail go to ``fake``."""
    controller = Controller(fake, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_TRANSPORT = "smtp"
    settings.EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    try:
        yield fake
    finally:
        controller.stop()
