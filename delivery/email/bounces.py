"""E-mail that comes back: the address it comes back to, and what a bounce says.

Each e-mail leaves with a return path of its own (VERP) that names its row and is
sealed with a keyed hash: a bounce counts for the message it names, and nobody can
invent one for the mailbox of another. It disables nothing; its owner is told.
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

MOST_BYTES = 1_000_000  # of a bounce that are read; the report stands before the returned mail
MOST_PARTS = 20
MAC_BYTES = 10
_MAILBOX = re.compile(r"(?<![^<\s])[^<\s@]++@[^>\s]++")
TOKEN = re.compile(r"^[a-z2-7]{42}$")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
POSTMASTERS = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)
ENDED = {"failed": Status.FAILED, "delivered": Status.DELIVERED}


@dataclass(frozen=True)
class Verdict:
    """What a bounce says of its message: ``action`` and ``status`` of RFC 3464."""

    action: str
    status: str


def recipient_hash(address: str) -> bytes:
    """Under what an address is known here after its message has left."""
    return keyed_hash("mail-recipient", address.strip().lower())


def return_path(key: UUID) -> str:
    """The address to which the message ``key`` comes back; empty without BOUNCE_ADDRESS."""
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{_token(key)}@{domain}" if local else ""


def key_of(address: str) -> UUID | None:
    """The message whose return path ``address`` is; None for any other address."""
    own, _, domain = settings.BOUNCE_ADDRESS.lower().rpartition("@")
    local, _, at = address.strip().strip("<>").lower().rpartition("@")
    prefix, _, token = local.rpartition("+")
    if not own or (prefix, at) != (own, domain) or not TOKEN.match(token):
        return None
    key = UUID(bytes=base64.b32decode(token.upper() + "======")[:16])
    return key if hmac.compare_digest(_token(key), token) else None


def read_bounce(content: bytes) -> Verdict | None:
    """What ``content`` says; None for an answer that is no bounce, such as an absence note."""
    try:
        letter = BytesParser().parsebytes(content[:MOST_BYTES])
        parts = [part for part, _ in zip(letter.walk(), range(MOST_PARTS), strict=False)]
        report = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
        if report is not None:
            return _reported(report)
        sender = str(letter.get("From", ""))
        told = str(letter.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    except (MessageError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    address = _MAILBOX.search(sender[:500])
    if told or address is None or not POSTMASTERS.match(address.group()):
        return None
    return Verdict("failed", "")  # of a mail server that writes no report


@transaction.atomic
def record_bounce(*, key: UUID, verdict: Verdict) -> bool:
    """Note what became of the message; False when that was known, or is no end of it."""
    status = ENDED.get(verdict.action)
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
    """Remember that mail to the recipient of ``message`` does not arrive."""
    if message.recipient_hash is not None:
        ReturnedMail.objects.update_or_create(
            recipient_hash=message.recipient_hash,
            defaults={"returned_at": Now(), "status": status},
        )


def returned_mail(address: str) -> ReturnedMail | None:
    """The latest mail to ``address`` that came back."""
    return ReturnedMail.objects.filter(recipient_hash=recipient_hash(address)).first()


def forget_return(address: str) -> None:
    """Mail to ``address`` arrives: its owner has read it."""
    ReturnedMail.objects.filter(recipient_hash=recipient_hash(address)).delete()


def _reported(report: Message) -> Verdict | None:
    """The one recipient's part of a delivery report (RFC 3464)."""
    for fields, _ in zip(report.walk(), range(MOST_PARTS), strict=False):
        if action := fields.get("Action"):
            found = STATUS.search(str(fields.get("Status", ""))[:100])
            return Verdict(str(action).strip().lower()[:20], found.group(1) if found else "")
    return None


def _token(key: UUID) -> str:
    """The key and the keyed hash over it, in letters and digits that no server changes."""
    mac = keyed_hash("bounce", key.hex)[:MAC_BYTES]
    return base64.b32encode(key.bytes + mac).decode().rstrip("=").lower()
