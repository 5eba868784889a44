"""Where codes and links arrive: a mail server and a vendor of text messages in one loop."""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from email import message_from_bytes
from email.policy import default
from urllib.parse import unquote_plus

from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.tools.vendor import OUT_ID, Vendor
from tests.freshman import Page

LONGEST = 60.0  # seconds

_TO = re.compile(rb"[?&]PhoneNumbers=([^& ]+)")
_PARAMETERS = re.compile(rb"[?&]TemplateParam=([^& ]+)")


class Mailbox:
    """The first message to each address; ``arrivals`` counts each message by its own mark."""

    def __init__(self) -> None:
        self.arrivals: Counter[str] = Counter()
        self._taken: dict[str, tuple[Page, float]] = {}
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def serve(self) -> tuple[int, int]:
        """Take messages; the ports for mail and for text messages."""
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(self, hostname="mail"), "127.0.0.1", 0)
        texts = await loop.create_server(lambda: _SmsVendor(self), "127.0.0.1", 0)
        self.servers = (mail, texts)
        mail_port, sms_port = (one.sockets[0].getsockname()[1] for one in self.servers)
        return mail_port, sms_port

    async def read(self, address: str) -> tuple[Page, float]:
        """The first message to ``address``, and when it arrived (``time.time``).

        Raises TimeoutError.
        """
        await asyncio.wait_for(self._events[address].wait(), LONGEST)
        return self._taken[address]

    def doubled(self) -> list[str]:
        """The marks of messages that were handed over more than once."""
        return [mark for mark, times in self.arrivals.items() if times > 1]

    def take(self, address: str, text: str, mark: str) -> None:
        """Keep one message. ``mark``: its Message-ID, or our number of a text message."""
        self.arrivals[mark] += 1
        self._taken.setdefault(address, (Page("", text), time.time()))
        self._events[address].set()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take one e-mail."""
        message = message_from_bytes(bytes(envelope.original_content or b""), policy=default)
        body = message.get_body(("plain",))
        for address in envelope.rcpt_tos:
            self.take(address, body.get_content() if body else "", str(message["Message-ID"]))
        return "250 OK"


class _SmsVendor(Vendor):
    """Alibaba Cloud's interface; a text message is its parameters."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def note(self, request: bytes) -> None:
        """Keep one text message."""
        to, given = _TO.search(request), _PARAMETERS.search(request)
        mark = OUT_ID.search(request)
        if to and given and mark:
            phone = unquote_plus(to[1].decode())
            values = json.loads(unquote_plus(given[1].decode()))
            self.mailbox.take(
                f"+86{phone.removeprefix('+86')}",
                " ".join(map(str, values.values())),
                mark[1].decode(),
            )
