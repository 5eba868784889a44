"""Log formatters that keep personal data out, whatever an exception's message holds."""

import json
import logging
import re
from datetime import UTC, datetime
from socket import gethostname

from database.unavailable import is_database_away
from xuejiportal.logs.request_id import request_id

# Anything that could be a certificate or mobile number, including full-width digits,
# which people type as well.
LONG_NUMBER = re.compile(
    r"(?<![\dA-Za-z])(?:(?:\+?86)?\d{11}|\d{14}(?:\d{2})?[\dXxＸｘ]{1,2})(?![\dA-Za-z])"
)
# Starts at word boundaries and uses possessive quantifiers, so that matching takes linear time.
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)*+")
# Control characters that move the cursor of a terminal; tabs are kept.
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127), "\N{REPLACEMENT CHARACTER}")
# Maximum length of an entry in characters; of longer ones the middle is dropped.
MAX_LENGTH = 20_000
# Longer than any number or address: where a text is cut, so much more of it is read and dropped.
_LONGEST = 300


def redact(text: str) -> str:
    """``text`` with mobile numbers, certificate numbers and e-mail addresses replaced."""
    return ADDRESS.sub("[address]", LONG_NUMBER.sub("[number]", text))


def redact_shortened(text: str) -> str:
    """``text`` redacted, without its middle if it is longer than ``MAX_LENGTH``.

    The middle is not read, so that a long entry costs no more than a short one.
    """
    if len(text) <= MAX_LENGTH:
        return redact(text)
    half = MAX_LENGTH // 2
    head = redact(text[: half + _LONGEST])[:-_LONGEST]
    tail = redact(text[-half - _LONGEST :])[_LONGEST:]
    return f"{head} … [{len(text) - MAX_LENGTH} characters left out] … {tail}"


class DatabaseAwayFilter(logging.Filter):
    """Makes one line of what would be a traceback for each request while the database is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True: every record is kept."""
        error = record.exc_info[1] if record.exc_info else None
        if is_database_away(error):
            first = record.getMessage().partition("\n")[0]
            record.msg = f"{first} (the database does not answer: {type(error).__name__})"
            record.args = record.exc_info = record.exc_text = None
        return True


class RequestFilter(logging.Filter):
    """Adds the number of the request, by which a reported error is found."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True: every record is kept."""
        number = request_id()
        record.request_id = f"[{number}] " if number else ""
        return True


class RedactingFormatter(logging.Formatter):
    """Formats a record including its traceback, and redacts the result.

    The first line of an entry begins with a time, all others are indented. Whatever a message
    holds, it cannot imitate another entry (OWASP ASVS 5.0, 16.4.1).
    """

    def format(self, record: logging.LogRecord) -> str:
        """The redacted entry."""
        lines = redact_shortened(super().format(record)).splitlines()
        return "\n    ".join(line.translate(_CONTROLS) for line in lines)

    def formatTime(  # noqa: N802  the standard library's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """The time with its UTC offset, comparable with logs of other machines."""
        return _moment(record)


class JsonFormatter(RedactingFormatter):
    """Formats a record as one JSON object on a line, redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message with its traceback, and the number of the request."""
        entry = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": super().format(record),
            "request": request_id(),
            "process": record.process,
        }
        return json.dumps(entry, ensure_ascii=False)


class SyslogFormatter(RedactingFormatter):
    """Formats a record by RFC 5424, without the priority, which the handler adds."""

    def format(self, record: logging.LogRecord) -> str:
        """Version, time, host, program, process, logger and message with traceback, redacted.

        In a request its number, which error pages show, stands before the message.
        """
        sender = f"{gethostname()} xuejiportal {record.process} {record.name}"
        number = f"[{request_id()}] " if request_id() else ""
        return f"1 {_moment(record)} {sender} - {number}{super().format(record)}"


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
