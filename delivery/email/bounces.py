"""Bounces: the return path of each e-mail, and reading what a bounce reports.

Each e-mail has its own return path (VERP) with the key of its outbox row and a keyed
hash over it, so a forged bounce cannot mark another person's mailbox. A bounce does not
disable the mailbox; the portal shows it to the owner.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from delivery.models import OutboxMessage, ReturnedMail, Status
from vault.lookup import keyed_hash

MAX_BYTES = 1_000_000  # of a bounce that are read; the report comes before the returned mail
MAX_PARTS = 20
MAC_BYTES = 10
_MAILBOX = re.compile(r"(?<![^<\s])[^<\s@]++@[^>\s]++")
TOKEN = re.compile(r"^[a-z2-7]{42}$")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
POSTMASTERS = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)
FINAL_STATUS = {"failed": Status.FAILED, "delivered": Status.DELIVERED}


@dataclass(frozen=True)
class Verdict:
    """The result a bounce reports: ``action`` and ``status`` of RFC 3464."""

    action: str
    status: str


def recipient_hash(address: str) -> bytes:
    """The keyed hash that is kept instead of ``address`` after its message has been sent."""
    return keyed_hash("mail-recipient", address.strip().lower())


def return_path(key: UUID) -> str:
    """The return path (VERP) of the message ``key``; empty without BOUNCE_ADDRESS."""
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{_token(key)}@{domain}" if local else ""


def key_of(address: str) -> UUID | None:
    """The key of the message with the return path ``address``; None for any other address."""
    own, _, domain = settings.BOUNCE_ADDRESS.lower().rpartition("@")
    local, _, at = address.strip().strip("<>").lower().rpartition("@")
    prefix, _, token = local.rpartition("+")
    if not own or (prefix, at) != (own, domain) or not TOKEN.match(token):
        return None
    key = UUID(bytes=base64.b32decode(token.upper() + "======")[:16])
    return key if hmac.compare_digest(_token(key), token) else None


def read_bounce(content: bytes) -> Verdict | None:
    """The result reported in ``content``; None if it is no bounce, such as an absence note."""
    try:
        letter = BytesParser().parsebytes(content[:MAX_BYTES])
        parts = [part for part, _ in zip(letter.walk(), range(MAX_PARTS), strict=False)]
        report = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
        if report is not None:
            return _reported(report)
        sender = str(letter.get("From", ""))
        is_reply = str(letter.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    except (MessageError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    address = _MAILBOX.search(sender[:500])
    if is_reply or address is None or not POSTMASTERS.match(address.group()):
        return None
    return Verdict("failed", "")  # of a mail server that writes no report


@transaction.atomic
def record_bounce(*, key: UUID, verdict: Verdict) -> bool:
    """Record the final status of a message; False if it has one, or the bounce is not final."""
    status = FINAL_STATUS.get(verdict.action)
    if status is None:
        return False
    on_its_way = OutboxMessage.objects.filter(
        key=key, status__in=[Status.SENDING, Status.SENT, Status.UNKNOWN]
    )
    message = on_its_way.first()
    error = f"bounced {verdict.status}".strip() if status == Status.FAILED else ""
    if not on_its_way.update(status=status, settled_at=Now(), error=error, sealed=b""):
        return False
    if status == Status.FAILED and message is not None:
        note_return(message, verdict.status)
    return True


def note_return(message: OutboxMessage, status: str) -> None:
    """Record that mail to the recipient of ``message`` was returned."""
    if message.recipient_hash is not None:
        ReturnedMail.objects.update_or_create(
            recipient_hash=message.recipient_hash,
            defaults={"returned_at": Now(), "status": status},
        )


def returned_mail(address: str) -> ReturnedMail | None:
    """The latest returned mail to ``address``, or None."""
    return ReturnedMail.objects.filter(recipient_hash=recipient_hash(address)).first()


def forget_return(address: str) -> None:
    """Delete the record of returned mail to ``address``: the owner has shown to read it."""
    ReturnedMail.objects.filter(recipient_hash=recipient_hash(address)).delete()


def _reported(report: Message) -> Verdict | None:
    """The result of the first recipient in a delivery report (RFC 3464)."""
    for fields, _ in zip(report.walk(), range(MAX_PARTS), strict=False):
        if action := fields.get("Action"):
            found = STATUS.search(str(fields.get("Status", ""))[:100])
            return Verdict(str(action).strip().lower()[:20], found.group(1) if found else "")
    return None


def _token(key: UUID) -> str:
    """The key and its keyed hash in lower-case base32, which mail servers leave unchanged."""
    mac = keyed_hash("bounce", key.hex)[:MAC_BYTES]
    return base64.b32encode(key.bytes + mac).decode().rstrip("=").lower()
