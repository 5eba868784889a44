"""Help for import tests: write files of every kind, run the command, read the registry."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command

from enrollment.demo.samples import HEADER, sample_rows
from enrollment.files.readers import open_table
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.imports.rehearsal import header_of
from enrollment.models import ImportBatch, StudentRecord
from enrollment.records.corrections.approvals import Approval
from tests.people import make_school
from vault.cipher import unseal

AT = {title: position for position, title in enumerate(HEADER)}


def sample(count: int = 5, seed: int = 1) -> list[list[str]]:
    """Valid rows of the invented school, without the header."""
    return list(sample_rows(count, seed=seed))


def write_csv(
    path: Path, rows: list[list[str]], *, header: list[str] | None = None, encoding: str = "utf-8"
) -> Path:
    """A CSV file with a header row."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header or HEADER, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


APPROVAL = Approval("教学〔2026〕7号", date(2026, 9, 1))


def run_import(path: Path, **options: Any) -> dict[str, Any]:
    """Import a file that must be applied, with an approval; the result as scripts read it."""
    out = path.with_suffix(".json")
    options.setdefault("approval", [APPROVAL.document, APPROVAL.on.isoformat()])
    call_command("import_registry", path, json=out, stdout=io.StringIO(), **options)
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def snapshot() -> list[tuple[Any, ...]]:
    """Every record of the registry, sealed columns and dates of change included."""
    return list(StudentRecord.objects.order_by("pk").values_list())


def certificate_of(record: StudentRecord) -> str:
    """The record's certificate number, opened."""
    return unseal(record.certificate_sealed, context=f"record-certificate:{record.key}").decode()


def make_import(directory: Path, *, publish: bool) -> ImportBatch:
    """An import of a few rows: published, or checked with a change, a warning and a fault."""
    rows = sample(6)
    if publish:
        batch = make_checked(directory, rows)
        imports.publish_batch(batch=batch, by=None)
        batch.refresh_from_db()
        return batch
    make_import(directory, publish=True)
    rows[0][AT["学籍状态"]] = "休学"
    rows[1][AT["性别"]] = {"男": "女", "女": "男"}[rows[1][AT["性别"]]]
    rows[2][AT["姓名"]] = ""
    return make_checked(directory, rows)


def make_checked(directory: Path, rows: list[list[str]]) -> ImportBatch:
    """A file that was checked."""
    path = write_csv(directory / "2026秋季学籍.csv", rows)
    table = open_table(path.open("rb"), path.name)
    batch = imports.open_batch(
        institution=make_school(), file_name=path.name, sha256=b"", created_by=None
    )
    imports.rehearse_batch(
        batch=batch, table=table, header=header_of(table), report=lambda done: None
    )
    imports_storage.keep_head(batch, table.head(imports_storage.HEAD_ROWS))
    table.close()
    batch.refresh_from_db()
    return batch
