"""Django e-mail back end that writes to the outbox; Django and django-allauth send through it."""

from collections.abc import Sequence
from email.mime.base import MIMEBase

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from delivery import services as delivery
from delivery.outbox.content import Attachment, EmailContent

PURPOSE_HEADER = "X-Portal-Purpose"


class OutboxEmailBackend(BaseEmailBackend):
    """Writes one outbox row for each recipient of a message, in the caller's transaction.

    The header ``X-Portal-Purpose`` sets the row's purpose and is removed from the message.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; returns their number, as Django expects."""
        for email in email_messages:
            headers = {name: str(value) for name, value in email.extra_headers.items()}
            purpose = headers.pop(PURPOSE_HEADER, "account")
            content = EmailContent(
                subject=str(email.subject),
                text=str(email.body),
                html=_html(email),
                sender=email.from_email,
                reply_to=tuple(email.reply_to),
                headers=headers,
                attachments=tuple(_attachment(item) for item in email.attachments),
            )
            for recipient in email.recipients():
                delivery.queue_content(to=recipient, content=content, purpose=purpose)
        return len(email_messages)


def _html(email: EmailMessage) -> str:
    alternatives = email.alternatives if isinstance(email, EmailMultiAlternatives) else []
    return next((str(body) for body, kind in alternatives if kind == "text/html"), "")


def _attachment(item: object) -> Attachment:
    if isinstance(item, MIMEBase) or not isinstance(item, tuple):
        raise TypeError("attach files by name, content and media type")
    name, content, media_type = item
    body = content.encode() if isinstance(content, str) else bytes(content)
    return Attachment(name or "attachment", body, media_type or "application/octet-stream")
