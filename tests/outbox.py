"""What the tests see of the outbox: messages really sent, through the file transports."""

import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from delivery.outbox import sending

# A one-time code in a text; six digits of a link's key are none.
CODE = re.compile(r"(?<![A-Za-z0-9_-])\d{6}(?![A-Za-z0-9_-])")


@dataclass(frozen=True)
class Letter:
    """One message that has left the portal."""

    to: str
    subject: str
    text: str
    html: str = ""


class Outbox:
    """Sends what is due and reads what has been sent."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def emails(self) -> list[Letter]:
        """Send everything due; all e-mails sent so far, oldest first."""
        return [self._email(path) for path in self._sent("email/*.eml")]

    def texts(self) -> list[Letter]:
        """Send everything due; all text messages sent so far, oldest first."""
        values = [json.loads(path.read_text()) for path in self._sent("sms/*.json")]
        return [Letter(value["to"], "", value["text"]) for value in values]

    def _sent(self, pattern: str) -> list[Path]:
        while sending.send_due():
            pass
        return sorted(self.directory.glob(pattern), key=lambda path: path.stat().st_mtime_ns)

    @staticmethod
    def _email(path: Path) -> Letter:
        message = BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
        plain, html = message.get_body(("plain",)), message.get_body(("html",))
        return Letter(
            str(message["To"]),
            str(message["Subject"]),
            plain.get_content() if plain else "",
            html.get_content() if html else "",
        )
