"""Text messages as JSON files under ``var/outbox/sms/``, for development and tests."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from delivery.sms.base import Absent, Receipt, Sent, Sms
from delivery.sms.templates import text_of


class FileProvider:
    """Writes each message to a file; refused in production by a system check."""

    name = "file"

    def send(self, sms: Sms) -> str:
        """Write the message atomically."""
        path = self._path(sms.out_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        value = {
            "to": sms.to,
            "text": text_of(sms),
            "kind": sms.kind,
            "params": dict(sms.params),
            "sent_at": datetime.now(UTC).isoformat(),
        }
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.rename(path)
        return sms.out_id

    def look_up(self, sent: Sent) -> Receipt | Absent:
        """Delivered if the file exists, else absent."""
        if self._path(sent.out_id).exists():
            return Receipt(sent.out_id, sent.out_id, delivered=True, at=None)
        return Absent()

    def _path(self, out_id: str) -> Path:
        return Path(settings.OUTBOX_DIR) / "sms" / f"{UUID(out_id)}.json"
