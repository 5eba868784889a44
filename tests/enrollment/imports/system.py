"""A school's own system, which sends files with a token."""

import json
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from enrollment.imports import tasks as imports_tasks
from enrollment.models import (
    ImportBatch,
)

HOUSE = reverse("import_api:receive")
Answer = tuple[int, dict[str, Any]]


class System:
    """The school's own system with a token."""

    def __init__(self, secret: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, address: str, content: bytes = b"", **more: Any) -> Answer:
        answer = self.client.generic(
            method, address, content, "application/octet-stream", headers=self.headers, **more
        )
        assert answer["Content-Type"] == "application/json"
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies
        return answer.status_code, json.loads(answer.content)

    def hand_in(self, path: Path, query: str = "") -> ImportBatch:
        """PUT a file and let the worker check it."""
        status, report = self.ask("PUT", HOUSE + path.name + query, path.read_bytes())
        assert status == 202, report
        batch = ImportBatch.objects.get(key=report["import"])
        assert report["address"] == reverse("import_api:state", args=[batch.key])
        imports_tasks.rehearse_upload(batch.pk)
        batch.refresh_from_db()
        return batch

    def report(self, batch: ImportBatch) -> dict[str, Any]:
        status, report = self.ask("GET", reverse("import_api:state", args=[batch.key]))
        assert status == 200
        return report
