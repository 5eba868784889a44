"""Import a registry file from the command line: the same engine as in the browser."""

import hashlib
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from enrollment import batches
from enrollment.importing.columns import Header
from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.readers import Table, open_table
from enrollment.importing.rehearsal import header_of, institution_in
from enrollment.importing.report import Result, write_faulty_rows
from enrollment.models import Institution

EXIT_FAULTY, EXIT_REFUSED = 1, 2


class Command(BaseCommand):
    """Rehearses, reports, and publishes when every row is good.

    Exit status: 0 applied (or rehearsed without a fault), 1 rows are faulty and
    nothing was applied, 2 the file was refused as a whole.
    """

    help = "Check FILE row by row and bring it into the registry, all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See ``help``."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--institution", metavar="CODE", help="five-digit institution code")
        parser.add_argument("--rehearse", action="store_true", help="check only, apply nothing")
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help="write faulty rows")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write the result as JSON")

    def handle(self, *, file: Path, institution: str | None, **options: Any) -> None:
        """Raises CommandError with the exit status described above."""
        try:
            source = file.open("rb")
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=EXIT_REFUSED) from error
        try:
            with source:
                digest = hashlib.file_digest(source, "sha256").digest()
                table = open_table(source, file.name)
                try:
                    result = self._import(table, file.name, digest, institution, options)
                finally:
                    table.close()
        except FileFaultError as error:
            raise CommandError(error.message, returncode=EXIT_REFUSED) from error
        if result.errors:
            message = f"{result.faulty} of {result.rows} rows are faulty; nothing was applied."
            raise CommandError(message, returncode=EXIT_FAULTY)

    def _import(
        self, table: Table, name: str, digest: bytes, code: str | None, options: dict[str, Any]
    ) -> Result:
        header = header_of(table)
        institution = known_institution(code or institution_in(table, header))
        batch = batches.open_batch(
            institution=institution, file_name=name, sha256=digest, created_by=None
        )
        with tqdm(unit=" rows", file=sys.stderr, disable=None) as bar:
            result = batches.rehearse_batch(
                batch=batch,
                table=table,
                header=header,
                report=lambda done: (bar.update(done - bar.n), None)[1],
            )
        self._tell(result, table, header, options)
        if result.errors or options["rehearse"]:
            batches.discard_batch(batch=batch)
        else:
            batches.publish_batch(batch=batch, by=None)
            self.stdout.write(self.style.SUCCESS("Applied."))
        return result

    def _tell(self, result: Result, table: Table, header: Header, options: dict[str, Any]) -> None:
        self.stdout.write(
            f"{result.rows} rows: {result.new} new, {result.changed} changed, "
            f"{result.unchanged} unchanged, {result.faulty} faulty; "
            f"{result.missing} records are not in the file."
        )
        for problem in result.problems:
            kind = "warning" if problem.is_warning else "error"
            others = f" (and {problem.others} others)" if problem.others else ""
            place = " ".join(filter(None, (result.sheet, f"row {problem.first_row}")))
            label = f", {problem.label}" if problem.label else ""
            self.stdout.write(f"{kind}: {place}{label}: {problem.message}{others}")
        if options["json"]:
            text = json.dumps(result.as_json(), ensure_ascii=False, indent=1)
            options["json"].write_text(text, encoding="utf-8")
        if options["report"]:
            write_faulty_rows(table, header, result.listed, options["report"])


def known_institution(code: str) -> Institution:
    """The institution with this code. Raises FileFaultError."""
    institution = Institution.objects.filter(code=code).first()
    if institution is None:
        raise FileFaultError(FileFault.UNKNOWN_INSTITUTION)
    return institution
