"""E-mail transports: SMTP, files for development, or any Django back end."""

import re
import smtplib
from collections.abc import Callable
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.utils.translation import override

from delivery.email.bounces import return_path
from delivery.email.smtp_replies import refusal
from delivery.errors import (
    BY_A_GATEWAY,
    DeliveryError,
    PermanentError,
    Scope,
    TransientError,
    UncertainError,
)
from delivery.outbox.content import EmailContent

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")
LANGUAGE_TAGS = {"zh-hans": "zh-Hans"}
SERVICE_CLOSING = 421  # the server closes the connection
AUTHENTICATION_FAILED = {530, 534, 535, 538}  # the server rejects our credentials


class Connection(Protocol):
    """One connection, used for several messages in sequence."""

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Send one message; returns the provider's id. Raises a DeliveryError."""

    def close(self) -> None:
        """Close the connection."""


def compose(
    key: UUID, recipient: str, content: EmailContent, language: str = ""
) -> EmailMultiAlternatives:
    """The Django message for ``content``; a repeated attempt has the same Message-ID.

    Its headers mark it as automatic, so that no absence note is sent back (RFC 3834).
    """
    domain = urlsplit(settings.SITE_URL).hostname
    headers = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **({"Content-Language": LANGUAGE_TAGS.get(language, language)} if language else {}),
        **content.headers,
        "Message-ID": f"<{key}@{domain}>",
    }
    email = EmailMultiAlternatives(
        subject=_subject(content.subject, language or settings.LANGUAGE_CODE),
        body=content.text,
        from_email=content.sender or settings.DEFAULT_FROM_EMAIL,
        to=[recipient],
        reply_to=list(content.reply_to),
        headers=headers,
    )
    if content.html:
        email.attach_alternative(content.html, "text/html")
    for attachment in content.attachments:
        email.attach(attachment.name, attachment.content, attachment.media_type)
    return email


def connect() -> Connection:
    """A connection of ``settings.EMAIL_TRANSPORT``. Raises TransientError if refused."""
    transport = settings.EMAIL_TRANSPORT
    if transport == "file":
        return FileConnection()
    return SmtpConnection() if transport == "smtp" else BackendConnection(transport)


class FileConnection:
    """Writes each message to ``var/outbox/email/KEY.eml``."""

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Write the message atomically."""
        path = Path(settings.OUTBOX_DIR) / "email" / f"{key}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(email.message().as_bytes(linesep="\r\n"))
        fresh.rename(path)
        return str(key)

    def close(self) -> None:
        """Do nothing: no file is kept open."""


class SmtpConnection:
    """SMTP command by command, to know whether a failure came before or after the hand-over.

    Each message is its own SMTP transaction, on a new connection if the old one was lost,
    so a refused recipient does not affect other messages.
    """

    def __init__(self) -> None:
        self._backend = SmtpBackend(timeout=settings.EMAIL_TIMEOUT)
        self._open()

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Hand one message to the server; retried once if the connection was already lost."""
        try:
            message = email.message()
        except ValueError as error:  # a line break in a header
            raise PermanentError("smtp-address", Scope.RECIPIENT) from error
        sender = return_path(key) or _address(message, "From")
        body = _stuffed(message.as_bytes(linesep="\r\n"))
        for is_last in (False, True):
            try:
                self._hand_over(sender, email.to[0], body)
                break
            except smtplib.SMTPServerDisconnected as error:
                self.close()
                if is_last:
                    raise TransientError("smtp-connection-lost") from error
                self._open()
        return str(message["Message-ID"])

    def close(self) -> None:
        """Send QUIT if the connection is still open, and close it."""
        self._backend.fail_silently = True
        self._backend.close()
        self._backend.fail_silently = False

    def _open(self) -> None:
        try:
            self._backend.open()
        except smtplib.SMTPAuthenticationError as error:
            raise TransientError("smtp-authentication", Scope.SERVER) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError("smtp-connect", Scope.SERVER) from error

    def _hand_over(self, sender: str, recipient: str, body: bytes) -> None:
        """One SMTP transaction. Raises SMTPServerDisconnected if nothing was handed over."""
        smtp = self._backend.connection
        if smtp is None:
            raise smtplib.SMTPServerDisconnected
        try:
            smtp.ehlo_or_helo_if_needed()
            self._expect(smtp.mail(sender))
            self._expect(smtp.rcpt(recipient), of_recipient=True)
            self._expect(smtp.docmd("DATA"))
        except OSError as error:  # smtplib's own errors among them
            raise smtplib.SMTPServerDisconnected(str(error)) from error
        except ValueError as error:  # no address that a command can carry
            self._reset()
            raise PermanentError("smtp-address", Scope.RECIPIENT) from error
        try:
            smtp.send(body)
            self._expect(smtp.getreply())
        except OSError as error:
            self.close()
            raise UncertainError("smtp-no-answer") from error

    def _expect(self, reply: tuple[int, bytes], *, of_recipient: bool = False) -> None:
        """Return after a positive reply; else end the transaction and raise a DeliveryError."""
        code, text = reply
        if 200 <= code < 400:
            return
        if code < 400:
            raise smtplib.SMTPServerDisconnected("no SMTP reply")
        refused = refusal(code, text, of_recipient=of_recipient)
        if code == SERVICE_CLOSING:
            self.close()
        else:
            self._reset()
        if code in AUTHENTICATION_FAILED:
            refused = TransientError(f"smtp-{code}", Scope.SERVER)
        raise refused

    def _reset(self) -> None:
        """End the transaction; close the connection if that fails."""
        smtp = self._backend.connection
        try:
            if smtp is None or smtp.rset()[0] >= 400:
                self.close()
        except OSError:
            self.close()


class BackendConnection:
    """Sends through any Django e-mail back end, such as those of django-anymail."""

    def __init__(self, path: str) -> None:
        self._backend = get_connection(path, fail_silently=False)
        _guarded(self._backend.open)

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Send through the back end."""
        _guarded(lambda: self._backend.send_messages([email]))
        status = getattr(email, "anymail_status", None)
        return str(getattr(status, "message_id", None) or key)

    def close(self) -> None:
        """Close the back end."""
        self._backend.close()


def _subject(text: str, language: str) -> str:
    """``text`` ending with the portal's name."""
    with override(language):
        ending = f" · {settings.SITE_NAME}"
    return text if not text or text.endswith(ending) else text + ending


def _address(message: Message, header: str) -> str:
    return parseaddr(str(message[header]))[1]


def _stuffed(message: bytes) -> bytes:
    """The message in the form sent after DATA: CRLF, dot-stuffed, ended by a dot (RFC 5321)."""
    content = _LINE_END.sub(b"\r\n", message)
    return _LEADING_DOT.sub(b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _guarded(act: Callable[[], object]) -> None:
    """Translate a back end's exceptions; only a response proves that a message was not sent."""
    try:
        act()
    except ConnectionRefusedError as error:
        raise TransientError("connect", Scope.SERVER) from error
    except Exception as error:
        raise _translated(error) from error


def _translated(error: Exception) -> DeliveryError:
    code = getattr(error, "status_code", None)
    if not isinstance(code, int):
        return UncertainError(type(error).__name__)
    if code in BY_A_GATEWAY:
        return UncertainError(f"http-{code}")
    if code == 429 or code >= 500:
        return TransientError(f"http-{code}")
    return PermanentError(f"http-{code}")
