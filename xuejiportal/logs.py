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
# What moves the cursor of whoever reads the log in a terminal; the tab may stay.
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127), "\N{REPLACEMENT CHARACTER}")
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
    """Formats a record, traceback included, and redacts the result.

    One entry has one line that begins with a time; all others are set in. Whatever a message
    holds, it cannot pass for an entry of its own (OWASP ASVS 5.0, 16.4.1).
    """

    def format(self, record: logging.LogRecord) -> str:
        """The entry, redacted."""
        lines = shorten(redact(super().format(record))).splitlines()
        return "\n    ".join(line.translate(_CONTROLS) for line in lines)

    def formatTime(  # noqa: N802  the standard library's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """The moment with its offset, to be compared with the logs of other machines."""
        return _moment(record)


class SyslogFormatter(logging.Formatter):
    """A record as RFC 5424 wants it behind the priority, which the handler writes."""

    def format(self, record: logging.LogRecord) -> str:
        """Version, time, host, program, process, kind and the message, redacted."""
        sender = f"{gethostname()} xuejiportal {record.process} {record.name}"
        return f"1 {_moment(record)} {sender} - {shorten(redact(record.getMessage()))}"


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
