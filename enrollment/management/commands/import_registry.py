"""Import a registry file from the command line, with the same engine as in the browser."""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from audit.services import record_action
from enrollment.fields.catalogue import BY_NAME
from enrollment.fields.headers import Header
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table, open_table
from enrollment.imports import consent
from enrollment.imports import services as imports
from enrollment.imports.columns.named import parse_named_columns
from enrollment.imports.rehearsal import header_of, institution_in
from enrollment.imports.results.json_report import refusal_report, result_report
from enrollment.imports.results.reading_report import statements
from enrollment.imports.results.report import FoldedProblem, Result, write_faulty_rows
from enrollment.models import ImportBatch, Institution
from enrollment.records.corrections.approvals import Approval, read_approval

EXIT_FAULTY, EXIT_REFUSED = 1, 2
STANDARD_OUTPUT = Path("-")


class Command(BaseCommand):
    """Rehearses a file, reports, and publishes when every row is good.

    Exit status: 0 applied (or rehearsed without a fault), 1 rows are faulty and nothing was
    applied, 2 the file was refused as a whole, or would give held records to other people
    and no consent was given.
    """

    # System checks would load every page and its libraries: twice the memory of an import.
    requires_system_checks = []
    help = "Check FILE row by row and bring it into the registry, all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--institution", metavar="CODE", help="five-digit institution code")
        parser.add_argument("--sheet", default="", help="the one sheet of the workbook to read")
        parser.add_argument(
            "--columns",
            default="",
            metavar="TITLE=COLUMN,…",
            help="what titles of the file mean, such as 所在行政班=班级,备注= (left out)",
        )
        parser.add_argument(
            "--accept-cleared",
            action="store_true",
            help="apply the file though it empties more than a few values of the registry",
        )
        parser.add_argument("--rehearse", action="store_true", help="check only, apply nothing")
        parser.add_argument(
            "--accept-new-holders",
            type=int,
            default=0,
            metavar="N",
            help="N records in students' hands may go to other people, as a rehearsal counted them",
        )
        parser.add_argument(
            "--approval",
            nargs=2,
            metavar=("DOCUMENT", "DATE"),
            help="the province's document that approves the changes of locked fields; without it "
            "they are left out",
        )
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help="write faulty rows")
        parser.add_argument(
            "--json",
            type=Path,
            metavar="OUT",
            help="write the result as JSON; - to standard output",
        )

    def handle(self, *, file: Path, institution: str | None, **options: Any) -> None:
        """Raises CommandError with the exit status described above."""
        try:
            source = file.open("rb")
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=EXIT_REFUSED) from error
        try:
            with source:
                digest = hashlib.file_digest(source, "sha256").digest()
                titles = _titles_of(institution) | parse_named_columns(options["columns"])
                options["titles"] = titles
                table = open_table(source, file.name, titles=titles, sheet=options["sheet"])
                try:
                    result = self._import(table, file.name, digest, institution, options)
                finally:
                    table.close()
        except consent.ClearedError as error:
            option = _("Nothing was applied. Use --accept-cleared if this is intended.")
            message = f"{error.message} {option}"
            raise CommandError(message, returncode=EXIT_REFUSED) from error
        except FileFaultError as error:
            self._write_json(refusal_report(error), options)
            raise CommandError(error.message, returncode=EXIT_REFUSED) from error
        if result.errors:
            message = _("%(faulty)s of %(rows)s rows are faulty; nothing was applied.") % {
                "faulty": result.faulty,
                "rows": result.rows,
            }
            raise CommandError(message, returncode=EXIT_FAULTY)
        if not options["rehearse"] and not _is_agreed(result, options):
            raise CommandError(_other_person_line(result), returncode=EXIT_REFUSED)

    def _import(
        self, table: Table, name: str, digest: bytes, code: str | None, options: dict[str, Any]
    ) -> Result:
        named = known_institution(code) if code else None
        header = header_of(table, options["titles"])
        institution = named or known_institution(institution_in(table, header))
        batch = imports.open_batch(
            institution=institution, file_name=name, sha256=digest, created_by=None
        )
        with tqdm(unit=" rows", file=sys.stderr, disable=None) as bar:
            result = imports.rehearse_batch(
                batch=batch,
                table=table,
                header=header,
                report=lambda done: (bar.update(done - bar.n), None)[1],
            )
        self._tell(result, table, header, options)
        if options["report"]:
            _note_taking(batch, result)
        if result.errors or options["rehearse"] or not _is_agreed(result, options):
            imports.discard_batch(batch=batch)
        else:
            published = self._publish(batch, options)
            if options["json"] != STANDARD_OUTPUT:
                self.stdout.write(self.style.SUCCESS(_("Applied.")))
                self.stdout.writelines(_left_out_lines(published))
        return result

    def _publish(self, batch: ImportBatch, options: dict[str, Any]) -> Result:
        try:
            return imports.publish_batch(
                batch=batch,
                by=None,
                accept_cleared=options["accept_cleared"],
                accept_new_holders=options["accept_new_holders"],
                approval=_approval_in(options),
            )
        except consent.ClearedError:
            imports.discard_batch(batch=batch)
            raise

    def _tell(self, result: Result, table: Table, header: Header, options: dict[str, Any]) -> None:
        counts = _(
            "%(rows)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, "
            "%(faulty)s faulty; %(missing)s records are not in the file."
        )
        self._write_json(result_report(result), options)
        if options["report"]:
            write_faulty_rows(table, header, result.listed, options["report"])
        if options["json"] == STANDARD_OUTPUT:
            return  # a script reads standard output; other text would break the JSON
        self.stdout.write(counts % result.as_json())
        for one in statements(result):
            self.stdout.write(f"{one.title}: {one.text}")
        if result.other_person:
            self.stdout.write(_other_person_line(result))
        for problem in result.problems:
            self.stdout.write(_problem_line(result, problem))

    def _write_json(self, report: dict[str, Any], options: dict[str, Any]) -> None:
        text = json.dumps(report, ensure_ascii=False, indent=1)
        if options["json"] == STANDARD_OUTPUT:
            self.stdout.write(text)
        elif options["json"]:
            options["json"].write_text(text, encoding="utf-8")


def _approval_in(options: dict[str, Any]) -> Approval | None:
    """The province's document as named on the command line. Raises CommandError."""
    if not options["approval"]:
        return None
    document, on = options["approval"]
    try:
        return read_approval(document, on)
    except ValueError as error:
        message = _("--approval needs the document's number and a date up to today, as YYYY-MM-DD.")
        raise CommandError(message, returncode=EXIT_REFUSED) from error


def _is_agreed(result: Result, options: dict[str, Any]) -> bool:
    """Whether as many records may change hands as the publication would give away."""
    published = consent.needing_consent(result, _approval_in(options))
    return bool(options["accept_new_holders"] == published.other_person)


def _left_out_lines(result: Result) -> Iterator[str]:
    """A line for each locked field whose changes were left out."""
    for name, count in result.locked_left_out.items():
        yield _(
            "Left out, because no approval of the province was named (--approval): "
            "%(field)s, %(number)s records"
        ) % {"field": BY_NAME[name].label, "number": count}


def _note_taking(batch: ImportBatch, result: Result) -> None:
    """Write into the trail that the faulty rows were taken on the command line."""
    record_action(
        action="enrollment.take_faulty_rows",
        actor_id=None,
        subject_type="import_batch",
        subject_key=batch.key,
        institution_code=batch.institution.code,
        detail={"people": result.faulty},
    )


def _other_person_line(result: Result) -> str:
    """What must be agreed to before held records are given to other people."""
    return _(
        "%(number)s records linked to students' accounts would go to other people, "
        "because their certificate number changes. To fix one wrong digit, use a "
        "correction, which keeps the holder. If they do belong to other people: "
        "--accept-new-holders %(number)s, with --approval for the locked fields"
    ) % {"number": result.other_person}


def _problem_line(result: Result, problem: FoldedProblem) -> str:
    """One kind of fault: severity, first place, reason, and the number of other places."""
    kind = _("warning") if problem.is_warning else _("error")
    row = _("row %(number)s") % {"number": problem.place}
    sheet = result.sheet if len(result.reading.sheets) == 1 else ""
    place = " ".join(filter(None, (sheet, row, problem.label)))
    others = ngettext("and %(number)s other place", "and %(number)s other places", problem.others)
    more = " (" + others % {"number": problem.others} + ")" if problem.others else ""
    return f"{kind}: {place}: {problem.message}{more}"


def _titles_of(code: str | None) -> dict[str, str]:
    """The meanings of titles stored for the named institution."""
    institution = Institution.objects.filter(code=code).first() if code else None
    return institution.column_titles if institution else {}


def known_institution(code: str) -> Institution:
    """The institution with this code. Raises FileFaultError."""
    institution = Institution.objects.filter(code=code).first()
    if institution is None:
        raise FileFaultError(FileFault.UNKNOWN_INSTITUTION, f"[{code}]")
    return institution
