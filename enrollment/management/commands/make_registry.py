"""Write a synthetic registry file."""

import csv
from argparse import ArgumentParser
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

    def handle(self, *, out: Path, rows: int, seed: int, **options: Any) -> None:
        """Raises CommandError for an unknown kind of file, or too many rows for a sheet."""
        if rows < 0:
            raise CommandError("--rows must not be negative.")
        if out.suffix.lower() == ".csv":
            _write_csv(out, rows, seed)
        elif out.suffix.lower() == ".xlsx":
            if rows > EXCEL_ROWS:
                raise CommandError(f"A sheet holds at most {EXCEL_ROWS} rows; write a .csv file.")
            records = (dict(zip(HEADER, row, strict=True)) for row in sample_rows(rows, seed=seed))
            write_worksheet(records, str(out), sheet_name="学籍")
        else:
            raise CommandError("OUT must end in .csv or .xlsx.")
        self.stdout.write(f"{rows} rows in {out}")


def _write_csv(out: Path, rows: int, seed: int) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(sample_rows(rows, seed=seed))
