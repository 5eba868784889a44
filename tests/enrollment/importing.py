"""Help for import tests: write files of every kind, run the command, read the registry."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from enrollment.models import StudentRecord
from enrollment.samples import HEADER, sample_rows
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


def run_import(path: Path, **options: Any) -> dict[str, Any]:
    """Import a file that must be applied; the result as scripts read it."""
    out = path.with_suffix(".json")
    call_command("import_registry", path, json=out, stdout=io.StringIO(), **options)
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def snapshot() -> list[tuple[Any, ...]]:
    """Every record of the registry, sealed columns and dates of change included."""
    return list(StudentRecord.objects.order_by("pk").values_list())


def certificate_of(record: StudentRecord) -> str:
    """The record's certificate number, opened."""
    return unseal(record.certificate_sealed, context=f"record-certificate:{record.key}").decode()
