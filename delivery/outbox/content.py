"""What a message says, and its sealed form in the outbox."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from vault import cipher


@dataclass(frozen=True)
class Attachment:
    """A file sent with an e-mail."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class EmailContent:
    """A rendered e-mail without its recipient."""

    subject: str
    text: str
    html: str = ""
    sender: str = ""
    reply_to: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class SmsContent:
    """A text message: the kind that selects the template, and the template's parameters."""

    kind: str
    params: Mapping[str, str] = field(default_factory=dict)


Content = EmailContent | SmsContent


def seal(key: UUID, recipient: str, content: Content | None) -> bytes:
    """Recipient and content, sealed for the row ``key``.

    ``content`` is None for a message that is rendered when it is sent.
    """
    value: dict[str, Any] = {"to": recipient}
    if content is not None:
        value["content"] = _plain(content)
    return cipher.seal(json.dumps(value).encode(), context=_context(key))


def unseal(key: UUID, sealed: bytes | memoryview) -> tuple[str, Content | None]:
    """Recipient and content of a value made by ``seal``. Raises vault.cipher.UnsealError."""
    value = json.loads(cipher.unseal(sealed, context=_context(key)))
    stored = value.get("content")
    return value["to"], None if stored is None else _content(stored)


def _context(key: UUID) -> str:
    return f"delivery.outbox:{key}"


def _plain(content: Content) -> dict[str, Any]:
    if isinstance(content, SmsContent):
        return {"kind": content.kind, "params": dict(content.params)}
    attachments = [
        {**asdict(item), "content": base64.b64encode(item.content).decode()}
        for item in content.attachments
    ]
    return {**asdict(content), "headers": dict(content.headers), "attachments": attachments}


def _content(stored: dict[str, Any]) -> Content:
    if "kind" in stored:
        return SmsContent(**stored)
    attachments = tuple(
        Attachment(item["name"], base64.b64decode(item["content"]), item["media_type"])
        for item in stored["attachments"]
    )
    reply_to = tuple(stored["reply_to"])
    return EmailContent(**{**stored, "reply_to": reply_to, "attachments": attachments})
