"""The development outbox: pages with the messages written to files. 404 without DEBUG."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

PAGE_SIZE = 100


@dataclass(frozen=True)
class Letter:
    """One message as the page shows it."""

    channel: str
    name: str
    to: str
    subject: str
    text: str
    sent_at: datetime


@login_not_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the newest messages, with their text."""
    _development_only()
    directory = Path(settings.OUTBOX_DIR)
    files = [*directory.glob("email/*.eml"), *directory.glob("sms/*.json")]
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:PAGE_SIZE]
    return render(request, "delivery/outbox.html", {"letters": [_read(path) for path in newest]})


@login_not_required
@require_safe
def letter(request: HttpRequest, channel: str, name: UUID) -> HttpResponse:
    """Show one message."""
    _development_only()
    suffix = {"email": "eml", "sms": "json"}.get(channel)
    path = Path(settings.OUTBOX_DIR) / channel / f"{name}.{suffix}"
    if suffix is None or not path.is_file():
        raise Http404
    return render(request, "delivery/letter.html", {"letter": _read(path)})


def _development_only() -> None:
    if not settings.DEBUG:
        raise Http404


def _read(path: Path) -> Letter:
    sent_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    if path.suffix == ".json":
        value = json.loads(path.read_text(encoding="utf-8"))
        return Letter("sms", path.stem, value["to"], "", value["text"], sent_at)
    message = BytesParser(EmailMessage, policy=default_policy).parsebytes(path.read_bytes())
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    return Letter("email", path.stem, message["To"], message["Subject"], text, sent_at)
