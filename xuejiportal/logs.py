"""Logs that hold no personal data, whatever an exception's message says."""

import logging
import re
from datetime import UTC, datetime
from socket import gethostname

# Anything that could be a certificate or mobile number: people's numbers are
# written with digits of any width, so the pattern does not stop at ASCII.
LONG_NUMBER = re.compile(
    r"(?<![\dA-Za-z])(?:(?:\+?86)?\d{11}|\d{14}(?:\d{2})?[\dXxＸｘ]{1,2})(?![\dA-Za-z])"
)
# Begins only where a word begins and gives nothing back: the time grows with the length alone.
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)*+")
# Characters of one entry; of a longer one its beginning and its end are kept.
LONGEST = 20_000


def redact(text: str) -> str:
    """``text`` with mobile numbers, certificate numbers and e-mail addresses blotted out."""
    return ADDRESS.sub("[address]", LONG_NUMBER.sub("[number]", text))


def shorten(text: str) -> str:
    """``text``, with the middle left out where it is very long."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … [{len(text) - LONGEST} characters left out] … {text[-half:]}"


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and redacts the result."""

    def format(self, record: logging.LogRecord) -> str:
        return shorten(redact(super().format(record)))


class SyslogFormatter(logging.Formatter):
    """A record as RFC 5424 wants it behind the priority, which the handler writes."""

    def format(self, record: logging.LogRecord) -> str:
        """Version, time, host, program, process, kind and the message, redacted."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = shorten(redact(record.getMessage()))
        return f"1 {at} {gethostname()} xuejiportal {record.process} {record.name} - {message}"
