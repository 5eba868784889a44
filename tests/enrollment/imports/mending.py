"""Faulty rows given back and sent again."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from enrollment.imports import tasks as imports_tasks
from enrollment.models import ImportBatch
from tests.enrollment.registrar import signed_in_just_now

Sheet = list[list[str]]


def given_back(client: Client, batch: ImportBatch) -> Sheet:
    """The workbook of faulty rows, its title row first."""
    signed_in_just_now(client)
    client.post(reverse("registry:reason"), {"words": "改错", "for_all": "on"})
    answer = client.get(reverse("registry:faulty_rows", args=[batch.key]))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    return [[str(cell or "") for cell in row] for row in book.worksheets[0].values]


def mend(client: Client, batch: ImportBatch, sheet: Sheet) -> ImportBatch:
    """Upload mended rows for a batch and let the worker check."""
    book, content = Workbook(), io.BytesIO()
    for row in sheet:
        book.worksheets[0].append(row)
    book.save(content)
    file = SimpleUploadedFile("改好.xlsx", content.getvalue())
    answer = client.post(reverse("registry:mended_rows", args=[batch.key]), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    following = ImportBatch.objects.latest("pk")
    assert answer["Location"] == reverse("registry:import", args=[following.key])
    imports_tasks.rehearse_upload(following.pk)
    following.refresh_from_db()
    return following
