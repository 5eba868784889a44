"""E-mail on its way out: SMTP, a file for development, or any Django back end."""

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

from delivery.content import EmailContent
from delivery.errors import DeliveryError, PassingError, PermanentError, UncertainError


class Connection(Protocol):
    """One way out, used for several messages one after the other."""

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Send one message; the provider's id. Raises a DeliveryError."""

    def close(self) -> None:
        """Give the connection up."""


def compose(key: UUID, recipient: str, content: EmailContent) -> EmailMultiAlternatives:
    """The message as Django knows it; a repetition carries the same Message-ID."""
    domain = urlsplit(settings.SITE_URL).hostname
    email = EmailMultiAlternatives(
        subject=content.subject,
        body=content.text,
        from_email=content.sender or settings.DEFAULT_FROM_EMAIL,
        to=[recipient],
        reply_to=list(content.reply_to),
        headers={**content.headers, "Message-ID": f"<{key}@{domain}>"},
    )
    if content.html:
        email.attach_alternative(content.html, "text/html")
    for attachment in content.attachments:
        email.attach(attachment.name, attachment.content, attachment.media_type)
    return email


def connect() -> Connection:
    """A connection by ``settings.EMAIL_TRANSPORT``. Raises PassingError when refused."""
    transport = settings.EMAIL_TRANSPORT
    if transport == "file":
        return FileConnection()
    return SmtpConnection() if transport == "smtp" else BackendConnection(transport)


class FileConnection:
    """Writes each message to ``var/outbox/email/KEY.eml``."""

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Write the message, whole or not at all."""
        path = Path(settings.OUTBOX_DIR) / "email" / f"{key}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(email.message().as_bytes(linesep="\r\n"))
        fresh.rename(path)
        return str(key)

    def close(self) -> None:
        """Nothing is held open."""


class SmtpConnection:
    """SMTP step by step, to know whether a failure came before or after the hand-over."""

    def __init__(self) -> None:
        self._backend = SmtpBackend(timeout=settings.EMAIL_TIMEOUT)
        try:
            self._backend.open()
        except smtplib.SMTPAuthenticationError as error:
            raise PassingError("smtp-authentication") from error
        except (smtplib.SMTPException, OSError) as error:
            raise PassingError("smtp-connect") from error

    def send(self, email: EmailMultiAlternatives, key: UUID) -> str:
        """Hand one message to the server."""
        message = email.message()
        smtp = self._backend.connection
        if smtp is None:
            raise PassingError("smtp-connection-lost")
        try:
            smtp.ehlo_or_helo_if_needed()
            _expect(smtp.mail(_address(message, "From")))
            _expect(smtp.rcpt(email.to[0]))
        except (smtplib.SMTPException, OSError) as error:
            raise PassingError("smtp-connection-lost") from error
        try:
            _expect(smtp.data(message.as_bytes(linesep="\r\n")))
        except smtplib.SMTPDataError as error:
            _expect((error.smtp_code, b""))
        except (smtplib.SMTPException, OSError) as error:
            raise UncertainError("smtp-no-answer") from error
        return str(message["Message-ID"])

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        self._backend.fail_silently = True
        self._backend.close()


class BackendConnection:
    """Any Django e-mail back end, such as those of django-anymail."""

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


def _expect(reply: tuple[int, bytes]) -> None:
    code = reply[0]
    if code >= 500:
        raise PermanentError(f"smtp-{code}")
    if code >= 400:
        raise PassingError(f"smtp-{code}")


def _address(message: Message, header: str) -> str:
    return parseaddr(str(message[header]))[1]


def _guarded(act: Callable[[], object]) -> None:
    """Translate a back end's exceptions; only an answer proves a message unsent."""
    try:
        act()
    except ConnectionRefusedError as error:
        raise PassingError("connect") from error
    except Exception as error:
        raise _translated(error) from error


def _translated(error: Exception) -> DeliveryError:
    code = getattr(error, "status_code", None)
    if not isinstance(code, int):
        return UncertainError(type(error).__name__)
    if code == 429 or code >= 500:
        return PassingError(f"http-{code}")
    return PermanentError(f"http-{code}")
