"""The result of a check, and the workbook of faulty rows to correct."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

from rustpy_xlsxwriter import write_worksheet

from enrollment.fields.catalogue import BY_NAME
from enrollment.fields.faults import WARNINGS, Problem, fault_message
from enrollment.fields.headers import REASONS_TITLE, ROW_NUMBER_TITLE, Header
from enrollment.fields.left_out import LeftOut
from enrollment.fields.likely_columns import likely_columns
from enrollment.files.readers import Table
from enrollment.files.workbooks.sheets import Reading
from enrollment.imports.checking.counts import Tally
from enrollment.imports.checking.rows import RULES_VERSION
from enrollment.imports.staging.affected import AffectedCounts
from enrollment.imports.staging.difference import Difference

LISTED_IN_RESULT = 1000
# Clearing more values than this requires consent.
CLEARED_WITHOUT_ASKING = 5
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class FoldedProblem:
    """One kind of fault in one column: its number and first occurrence."""

    fault: str
    column: str
    count: int
    first_row: int
    place: str = ""  # the first row as displayed, with its sheet if needed

    @property
    def message(self) -> str:
        """The reason in the registrar's words."""
        return fault_message(self.fault)

    @property
    def is_warning(self) -> bool:
        """Whether it is a warning only, which does not refuse the row."""
        return self.fault in WARNINGS

    @property
    def others(self) -> int:
        """The number of occurrences after the first."""
        return self.count - 1

    @property
    def label(self) -> str:
        """The label of the column."""
        return str(BY_NAME[self.column].label) if self.column else ""


@dataclass(frozen=True)
class LeftOutRows:
    """Rows that describe no person: their number, the reason, and the first row numbers."""

    reason: str
    count: int
    places: list[str]

    @property
    def label(self) -> str:
        """The reason in words."""
        return str(LeftOut(self.reason).label)


@dataclass
class Result:
    """The findings of a rehearsal, without certificate numbers, phones or names of persons."""

    sheet: str = ""
    other_sheets: list[str] = field(default_factory=list)
    reading: Reading = field(default_factory=Reading)
    left_out: list[LeftOutRows] = field(default_factory=list)
    header_row: int = 0
    columns: list[str] = field(default_factory=list)
    unknown_titles: list[str] = field(default_factory=list)
    repeated_titles: list[str] = field(default_factory=list)
    # Title in the file and the column it was taken for, in the order of the file.
    taken: list[tuple[str, str]] = field(default_factory=list)
    # Usual columns that are missing → the title that may mean it.
    likely_columns: dict[str, str] = field(default_factory=dict)
    # Column → cells with invisible marks or unusual blanks, which were folded.
    tidied: dict[str, int] = field(default_factory=dict)
    # Spelling of a class that was kept → spellings of the file that mean the same.
    united_classes: dict[str, list[str]] = field(default_factory=dict)
    replaced: int = 0
    added: int = 0
    rows: int = 0
    blank: int = 0
    faulty: int = 0
    staged: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    claimed: int = 0
    other_person: int = 0  # held records that would go to another person
    confirmed: int = 0
    stale: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    locked: list[str] = field(default_factory=list)
    # Changes of locked fields that a publication left out, by field.
    locked_left_out: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    empty_columns: list[str] = field(default_factory=list)
    problems: list[FoldedProblem] = field(default_factory=list)
    listed: list[Problem] = field(default_factory=list)
    rules: str = ""  # the checks that the rows went through (rows.RULES_VERSION)
    identical: bool = False  # the file published last, to the byte
    seconds: float = 0.0  # duration of the check; the base for estimating the publication

    @classmethod
    def of(
        cls,
        table: Table,
        header: Header,
        tally: Tally,
        difference: Difference,
        affected: AffectedCounts,
    ) -> Self:
        """Combine the parts of a rehearsal."""
        return cls(
            sheet="、".join(table.reading.sheets),
            other_sheets=[name for name, _ in table.reading.sheets_left],
            reading=table.reading,
            left_out=left_out_rows(tally, table.reading),
            header_row=header.row_number,
            columns=list(header.mapping),
            unknown_titles=header.unknown,
            repeated_titles=header.repeated,
            taken=[(header.titles[at], name) for name, at in header.mapping.items()],
            likely_columns=likely_columns(header),
            tidied=dict(tally.tidied),
            replaced=table.replaced,
            added=table.added,
            rows=tally.rows,
            blank=tally.blank,
            faulty=tally.faulty,
            staged=difference.staged,
            new=difference.new,
            changed=difference.changed,
            unchanged=difference.unchanged,
            missing=difference.missing,
            claimed=difference.claimed,
            other_person=difference.other_person,
            confirmed=affected.confirmed,
            stale=affected.stale,
            fields=difference.fields,
            locked=difference.locked,
            cleared=difference.cleared,
            empty_columns=header.empty,
            problems=fold(tally, table.reading),
            listed=tally.problems,
            rules=RULES_VERSION,
        )

    def as_json(self) -> dict[str, Any]:
        """The result as JSON, for storage and scripts; at most 1,000 single problems are listed."""
        data = asdict(self)
        data["listed"] = data["listed"][:LISTED_IN_RESULT]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what ``as_json`` wrote, also in another version of the portal."""
        known = {entry.name for entry in fields(cls)}
        parts = {name: value for name, value in data.items() if name in known}
        parts["problems"] = [FoldedProblem(**entry) for entry in parts.get("problems", ())]
        parts["left_out"] = [LeftOutRows(**entry) for entry in parts.get("left_out", ())]
        parts["reading"] = Reading(**parts.get("reading", {}))
        parts["listed"] = [Problem(**entry) for entry in parts.get("listed", ())]
        return cls(**parts)

    @property
    def asks_about_cleared(self) -> bool:
        """Whether so many values would be cleared that consent is required."""
        return sum(self.cleared.values()) > CLEARED_WITHOUT_ASKING

    def without_locked(self) -> Self:
        """What a publication without the locked fields needs consent to."""
        cleared = {name: n for name, n in self.cleared.items() if name not in self.locked}
        return replace(self, cleared=cleared, other_person=0)

    @property
    def errors(self) -> list[FoldedProblem]:
        """The kinds of fault that refuse rows."""
        return [problem for problem in self.problems if not problem.is_warning]

    @property
    def warnings(self) -> list[FoldedProblem]:
        """The kinds of fault that are warnings only."""
        return [problem for problem in self.problems if problem.is_warning]


def fold(tally: Tally, reading: Reading) -> list[FoldedProblem]:
    """Faults by kind and column, errors first, in the order of their first place."""
    folded = [
        FoldedProblem(fault, column, count, first, reading.place(first))
        for (fault, column), (count, first) in tally.folded.items()
    ]
    return sorted(folded, key=lambda problem: (problem.is_warning, problem.first_row))


def left_out_rows(tally: Tally, reading: Reading) -> list[LeftOutRows]:
    """The rows that describe no person, by reason."""
    found = [
        LeftOutRows(reason, count, [reading.place(row) for row in tally.left_out_rows[reason]])
        for reason, count in tally.left_out.items()
    ]
    if reading.hidden_rows:
        hidden = reading.hidden_rows_listed
        found.append(LeftOutRows(LeftOut.HIDDEN, reading.hidden_rows, list(hidden)))
    return sorted(found, key=lambda rows: LeftOut.values.index(rows.reason))


def write_faulty_rows(
    table: Table, header: Header, problems: list[Problem], out: Path | BinaryIO
) -> None:
    """The rows with problems as XLSX: the registrar's own columns, row number and reasons added."""
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.row].append(problem)
    titles = unique_titles(header.titles)
    records = _faulty_records(table, header, titles, by_row)
    empty = [dict.fromkeys([ROW_NUMBER_TITLE, *titles, REASONS_TITLE], "")]
    write_worksheet(records if by_row else empty, out, sheet_name="需要修改的行")


def _faulty_records(
    table: Table, header: Header, titles: list[str], by_row: dict[int, list[Problem]]
) -> Iterator[dict[str, str]]:
    last = max(by_row)
    for number, cells in enumerate(table.rows(), start=1):
        if number in by_row:
            padded = [*map(printable, cells), *[""] * len(titles)]
            yield {
                ROW_NUMBER_TITLE: table.reading.place(number),
                **dict(zip(titles, padded, strict=False)),
                REASONS_TITLE: "；".join(reasons(by_row[number], header)),
            }
        if number >= last:
            return


def reasons(problems: Iterable[Problem], header: Header) -> Iterator[str]:
    """Each problem as “column: reason”, by the file's own column titles."""
    for problem in problems:
        at = header.mapping.get(problem.column)
        title = header.titles[at] if at is not None and at < len(header.titles) else ""
        message = fault_message(problem.fault)
        yield f"{title}：{message}" if title else message


def unique_titles(titles: list[str]) -> list[str]:
    """Column titles, numbered where a title is empty or repeated."""
    taken: dict[str, int] = {ROW_NUMBER_TITLE: 1, REASONS_TITLE: 1}
    unique = []
    for number, title in enumerate(titles, start=1):
        name = printable(title) or f"列{number}"
        taken[name] = taken.get(name, 0) + 1
        unique.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return unique


def printable(text: str) -> str:
    """Text that a workbook can hold."""
    return _NOT_XML.sub("", text)
