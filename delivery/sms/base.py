"""The interface of SMS providers, and the values they exchange with the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sms:
    """One text message; ``out_id`` is our key, which providers return in receipts."""

    out_id: str
    to: str  # E.164
    kind: str
    params: Mapping[str, str]
    language: str = "zh-hans"


@dataclass(frozen=True)
class Sent:
    """A message handed over earlier, to be looked up at the provider."""

    out_id: str
    to: str
    provider_id: str
    handed_over_at: datetime


@dataclass(frozen=True)
class Receipt:
    """The final result of a message as reported by its provider."""

    out_id: str
    provider_id: str
    delivered: bool
    at: datetime | None
    error: str = ""


class Absent:
    """The provider reports that it never accepted the message."""


class Pending:
    """The provider has no final result of the message yet."""


class SmsProvider(Protocol):
    """Sends text messages. Instances are shared by threads."""

    name: str

    def send(self, sms: Sms) -> str:
        """Hand over one message; returns the provider's id for it.

        Raises PermanentError, TransientError or UncertainError.
        """

    def look_up(self, sent: Sent) -> Receipt | Absent | Pending:
        """Look up the result of a message. Raises TransientError if there is no answer."""
