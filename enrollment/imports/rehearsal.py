"""Rehearse an import: check, stage and compare a file without publishing it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from django.utils.translation import gettext

from accounts.text import fold
from enrollment.fields.catalogue import BY_NAME, FIELDS
from enrollment.fields.cell_marks import NOTHING, PADDING, SEEMING_BLANK
from enrollment.fields.headers import HEADER_SEARCH_ROWS, Header, find_header, missing_columns
from enrollment.fields.left_out import RowSorter
from enrollment.fields.likely_columns import likely_columns
from enrollment.fields.values import institution_code
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table
from enrollment.imports.checking import workers
from enrollment.imports.checking.class_spellings import unite_spellings
from enrollment.imports.checking.rows import RowChecker
from enrollment.imports.results.report import Result
from enrollment.imports.staging import conflicts, difference, other_person
from enrollment.imports.staging.affected import AffectedCounts, ChangedRecords
from enrollment.imports.staging.tables import analyze_staging, create_staging
from enrollment.jobs.planner import analyze_if_stale, bulk_settings
from enrollment.models import Institution, StudentRecord

# Characters that leave a cell empty.
_NOTHING = " \t\u3000" + SEEMING_BLANK + PADDING


def header_of(table: Table, remembered: Mapping[str, str] | None = None) -> Header:
    """The header of a table with every required column. Raises FileFaultError."""
    header = find_header(table.head(HEADER_SEARCH_ROWS), remembered)
    if header is None:
        raise FileFaultError(FileFault.NO_HEADER)
    require_columns(header)
    _refuse_side_by_side(table, header)
    return _without_empty_columns(table, header)


def _refuse_side_by_side(table: Table, header: Header) -> None:
    """Raise FileFaultError when a row holds a second person in columns of the same titles.

    Columns repeated for reading, as at the right edge of a wide list, hold the same person.
    """
    doubled = header.doubled
    if len(doubled) < 2 or all(_same(row, doubled) for row in _below(table, header)):
        return
    raise FileFaultError(FileFault.TWO_LISTS, "、".join(header.titles[at] for at in doubled))


def _same(row: Sequence[str], doubled: Mapping[int, int]) -> bool:
    """Whether the second cells are empty, or read like the first ones."""
    pairs = ((row[first], row[second]) for first, second in doubled.items() if second < len(row))
    return all(_read(second) in {"", _read(first)} for first, second in pairs)


def _read(cell: str) -> str:
    return fold(cell.strip(_NOTHING))


def _below(table: Table, header: Header) -> Iterator[Sequence[str]]:
    """The rows below the titles."""
    return islice(table.rows(), header.row_number, None)


def _without_empty_columns(table: Table, header: Header) -> Header:
    """The header without optional columns that are empty in the whole file.

    Such columns would clear values of the registry. Reading stops as soon as each
    optional column is found to have a value.
    """
    needed = {column.name for column in FIELDS if column.required}
    empty = {name: at for name, at in header.mapping.items() if name not in needed}
    for row in _below(table, header):
        filled = [name for name, at in empty.items() if at < len(row) and row[at].strip(_NOTHING)]
        for name in filled:
            del empty[name]
        if not empty:
            return header
    kept = {name: at for name, at in header.mapping.items() if name not in empty}
    if missing_columns(kept):
        return header  # each row will be refused for its missing number
    return replace(header, mapping=kept, empty=list(empty))


def require_columns(header: Header) -> None:
    """Raise FileFaultError for missing required columns, with suggestions of titles."""
    if header.missing:
        likely = likely_columns(header)
        titles = [
            gettext("%(column)s — is it “%(title)s”?")
            % {"column": BY_NAME[name].title, "title": likely[name]}
            if name in likely
            else BY_NAME[name].title
            for name in header.missing
        ]
        raise FileFaultError(FileFault.MISSING_COLUMNS, "、".join(titles))


def institution_in(table: Table, header: Header) -> str:
    """The five-digit code in the first row that states one. Raises FileFaultError."""
    at = header.mapping.get("institution_code")
    if at is not None:
        for row in _below(table, header):
            cell = row[at].strip(_NOTHING) if len(row) > at else ""
            if cell and cell not in NOTHING:
                return institution_code(cell)
    raise FileFaultError(FileFault.NO_INSTITUTION)


def rehearse(
    table: Table,
    header: Header,
    institution: Institution,
    staging: str,
    report: Callable[[int], None],
) -> Result:
    """Check every row, stage the good ones and compare them with the present registry.

    The caller holds the institution's lock. Raises FileFaultError.
    """
    known = StudentRecord.objects.filter(institution=institution).count()
    is_empty = known == 0
    analyze_if_stale(known)
    checker = RowChecker(header.mapping, institution.code)
    sorter = RowSorter(header.mapping, header.titles)
    job = workers.Job(table, checker, sorter, header, institution.pk, staging, is_empty)
    create_staging(staging)
    tally = workers.fill(job, report)
    if not tally.rows:
        raise FileFaultError(FileFault.NO_ROWS)
    with bulk_settings():
        analyze_staging(staging)
        united = unite_spellings(staging, institution.pk)
        conflicts.compare_rows(staging, tally)
        if not is_empty:
            difference.match_records(staging, institution_id=institution.pk)
            difference.keep_values(staging, tally.kept_columns)
            conflicts.refuse_registry_conflicts(staging, tally, institution_id=institution.pk)
        compared = difference.compare(
            staging, header.mapping, institution_id=institution.pk, registry_is_empty=is_empty
        )
        affected = AffectedCounts()
        if compared.changed:
            people = other_person.refuse_misaligned(staging, header.mapping, compared.fields)
            compared = replace(compared, other_person=people)
            affected = ChangedRecords(staging, header.mapping).counts()
    result = Result.of(table, header, tally, compared, affected)
    result.united_classes = united
    return result
