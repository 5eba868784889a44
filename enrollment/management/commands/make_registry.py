"""Write a synthetic registry file."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rustpy_xlsxwriter import write_worksheet

from enrollment.demo.samples import HEADER, sample_rows

EXCEL_ROWS = 1_048_575


class Command(BaseCommand):
    """Streams rows to CSV (UTF-8 with a BOM, as Excel writes it) or XLSX."""

    help = "Write invented but valid registry rows to OUT (.csv or .xlsx)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""
        parser.add_argument("out", type=Path)
        parser.add_argument("--rows", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--institution",
            metavar="CODE",
            help="code of the school in each row (default: an invented one, on no list)",
        )
        parser.add_argument("--name", help="name of that school, as on the ministry's list")

    def handle(self, *, out: Path, rows: int, seed: int, **options: Any) -> None:
        """Raises CommandError for an unknown kind of file, or too many rows for a sheet."""
        school = _school(options["institution"], options["name"])
        made = ([*school, *row[len(school) :]] for row in sample_rows(rows, seed=seed))
        if rows < 0:
            raise CommandError("--rows must not be negative.")
        if out.suffix.lower() == ".csv":
            _write_csv(out, made)
        elif out.suffix.lower() == ".xlsx":
            if rows > EXCEL_ROWS:
                raise CommandError(f"A sheet holds at most {EXCEL_ROWS} rows; write a .csv file.")
            records = (dict(zip(HEADER, row, strict=True)) for row in made)
            write_worksheet(records, str(out), sheet_name="学籍")
        else:
            raise CommandError("OUT must end in .csv or .xlsx.")
        self.stdout.write(f"{rows} rows in {out}")


def _school(code: str | None, name: str | None) -> list[str]:
    """The first cells of each row; empty for the invented school."""
    if not code and not name:
        return []
    if not (code and name):
        raise CommandError("Give --institution CODE and --name NAME together: rows state both.")
    return [code, name]


def _write_csv(out: Path, rows: Iterable[list[str]]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
