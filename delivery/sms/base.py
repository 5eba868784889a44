"""What every SMS provider does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sms:
    """One text message; ``out_id`` is our key, which providers hand back in receipts."""

    out_id: str
    to: str  # E.164
    kind: str
    params: Mapping[str, str]
    language: str = "zh-hans"


@dataclass(frozen=True)
class Sent:
    """A message handed over earlier, as far as we know it."""

    out_id: str
    to: str
    provider_id: str
    handed_over_at: datetime


@dataclass(frozen=True)
class Receipt:
    """What a provider says became of a message."""

    out_id: str
    provider_id: str
    delivered: bool
    at: datetime | None
    error: str = ""


class Absent:
    """The provider states that it never accepted the message."""


class Pending:
    """The provider has the message, or cannot tell yet."""


class SmsProvider(Protocol):
    """A way to send text messages. Instances are shared by threads."""

    name: str

    def send(self, sms: Sms) -> str:
        """Hand over one message; the provider's id of it.

        Raises PermanentError, PassingError or UncertainError.
        """

    def look_up(self, sent: Sent) -> Receipt | Absent | Pending:
        """Ask what became of a message. Raises PassingError when nobody answers."""
