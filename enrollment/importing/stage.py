"""The staging table of a batch, and the processes that fill it.

Checked rows go by COPY into an unlogged table of the batch's own: unlogged,
because after a crash of the server the file is simply checked again. A large
file is read by two processes at once; each takes every other block of rows.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, cast

import psycopg
from django.db import connection
from psycopg import sql

from enrollment.importing.faults import FileFault, FileFaultError, Problem
from enrollment.importing.readers import Progress, Table
from enrollment.importing.rows import RowChecker

BLOCK_ROWS = 2000
LISTED_PROBLEMS = 20_000
PARALLEL_FROM_BYTES = 8 * 2**20
PROCESSES = 2

_TEXT_COLUMNS = (
    "student_number candidate_number ethnicity political_status major_code major_name level "
    "education_type study_mode college department class_code status certificate_type"
).split()


@dataclass
class Tally:
    """What one or several readers found. ``folded`` is (fault, column) → [count, first row]."""

    rows: int = 0
    blank: int = 0
    seen: int = 0
    staged: int = 0
    faulty: int = 0
    folded: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        """Count a problem, and list it while there is room."""
        entry = self.folded.setdefault((problem.fault, problem.column), [0, problem.row])
        entry[0] += 1
        entry[1] = min(entry[1], problem.row)
        if len(self.problems) < LISTED_PROBLEMS:
            self.problems.append(problem)

    def add(self, other: "Tally") -> None:
        """Take over what another reader found."""
        for name in ("rows", "blank", "seen", "staged", "faulty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for place, (count, first) in other.folded.items():
            entry = self.folded.setdefault(place, [0, first])
            entry[0] += count
            entry[1] = min(entry[1], first)
        self.problems = sorted(self.problems + other.problems, key=lambda p: p.row)
        del self.problems[LISTED_PROBLEMS:]


@dataclass(frozen=True)
class Job:
    """What every reader of a file needs to know."""

    table: Table
    checker: RowChecker
    header_row: int
    institution_id: int
    staging: str
    registry_is_empty: bool


Report = Callable[[int], None]


def create_staging(name: str) -> None:
    """Make the staging table ``name`` and its list of rows that the registry has already."""
    columns = [
        "row_number integer", "fingerprint bytea", "key uuid", "name text", "name_canonical text",
        "certificate_hash bytea", "certificate_sealed bytea", "phone_hash bytea",
        "phone_sealed bytea", "gender smallint", "birth_date date", "entry_date date",
        "expected_leaving_date date", "schooling_years numeric(3,1)",
        *(f"{column} text DEFAULT ''" for column in _TEXT_COLUMNS),
        "record_id bigint", "record_version integer", "action text",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        drop_staging(name)
        cursor.execute(f'CREATE UNLOGGED TABLE "{name}" ({", ".join(columns)})')
        cursor.execute(
            f'CREATE UNLOGGED TABLE "{name}_seen" (row_number integer, record_id bigint)'
        )


def drop_staging(name: str) -> None:
    """Remove the staging tables, if they are there."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{name}", "{name}_seen"')


def staging_is_whole(name: str, rows: int) -> bool:
    """Whether the staging table still holds its ``rows``: a crashed server empties it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'"{name}"'])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        return bool(cursor.fetchone()[0] == rows)


def staging_name(batch_id: int) -> str:
    """The name of a batch's staging table."""
    return f"enrollment_staging_{batch_id}"


def fill(job: Job, report: Report) -> Tally:
    """Read, check and stage the whole file; ``report`` is told how many rows are done.

    Raises FileFaultError for a fault that shows only while reading.
    """
    if job.table.size < PARALLEL_FROM_BYTES:
        connection.ensure_connection()
        return _read_share(job, connection.connection, 0, 1, report)
    return _fill_in_parallel(job, report)


def _fill_in_parallel(job: Job, report: Report) -> Tally:
    context = multiprocessing.get_context("fork")
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    readers = []
    for share in range(PROCESSES):
        ours, theirs = context.Pipe()
        process = context.Process(target=_reader, args=(job, parameters, share, theirs))
        process.start()
        theirs.close()
        readers.append((process, ours))
    tally = Tally()
    try:
        for answer in _answers(readers, report):
            tally.add(answer)
    finally:
        for process, pipe in readers:
            pipe.close()
            if process.is_alive():
                process.terminate()
            process.join()
    return tally


def _answers(readers: list[tuple[Any, Connection]], report: Report) -> Iterator[Tally]:
    """What the readers found. Raises FileFaultError, also for a reader that died."""
    done: Counter[int] = Counter()
    waiting = {pipe for _, pipe in readers}
    while waiting:
        for pipe in wait(list(waiting)):
            try:
                answer = cast("Connection", pipe).recv()
            except EOFError as error:
                raise FileFaultError(FileFault.INTERRUPTED) from error
            if isinstance(answer, int):
                done[id(pipe)] = answer
                report(sum(done.values()))
                continue
            waiting.discard(cast("Connection", pipe))
            if isinstance(answer, FileFaultError):
                raise answer
            yield answer


def _reader(job: Job, parameters: dict[str, Any], share: int, pipe: Connection) -> None:
    """One reading process: it has a database connection of its own."""
    try:
        with psycopg.connect(**parameters) as own:
            tally = _read_share(job, own, share, PROCESSES, pipe.send)
        pipe.send(tally)
    except FileFaultError as error:
        pipe.send(error)
    finally:
        pipe.close()


def _read_share(
    job: Job, own: psycopg.Connection[Any], share: int, of: int, report: Report
) -> Tally:
    tally, progress = Tally(), Progress()
    rows = enumerate(job.table.rows(progress), start=1)
    for _ in range(job.header_row):
        next(rows)
    block_number = 0
    while block := list(islice(rows, BLOCK_ROWS)):
        if block_number % of == share:
            _take_block(job, own, block, tally)
            report(tally.rows)
        block_number += 1
    return tally


def _take_block(
    job: Job, own: psycopg.Connection[Any], block: list[tuple[int, list[str]]], tally: Tally
) -> None:
    checker = job.checker
    rows = []
    for number, cells in block:
        row = checker.fit(cells)
        if any(row):
            rows.append((number, row, checker.fingerprint(row)))
        else:
            tally.blank += 1
    tally.rows += len(rows)
    known = {} if job.registry_is_empty else _known(job, own, rows)
    seen, lines = [], []
    for number, row, fingerprint in rows:
        record = known.get(checker.student_number(row))
        if record and record[1] == fingerprint:
            seen.append(f"{number}\t{record[0]}\n")
            continue
        line, problems = checker.check(number, row, fingerprint)
        for problem in problems:
            tally.note(problem)
        if line is None:
            tally.faulty += 1
        else:
            lines.append(f"{number}\t{line}\n")
    tally.seen += len(seen)
    tally.staged += len(lines)
    _copy(own, job.staging, ["row_number", *checker.staged_columns], lines)
    _copy(own, f"{job.staging}_seen", ["row_number", "record_id"], seen)


def _known(
    job: Job, own: psycopg.Connection[Any], rows: list[tuple[int, list[str], bytes]]
) -> dict[str, tuple[int, bytes]]:
    numbers = [job.checker.student_number(row) for _, row, _ in rows]
    query = (
        "SELECT student_number, id, fingerprint FROM enrollment_studentrecord "
        "WHERE institution_id = %s AND student_number = ANY(%s) AND student_number <> ''"
    )
    with own.cursor() as cursor:
        cursor.execute(query, [job.institution_id, numbers])
        return {number: (pk, bytes(mark)) for number, pk, mark in cursor.fetchall()}


def _copy(own: psycopg.Connection[Any], table: str, columns: list[str], lines: list[str]) -> None:
    if not lines:
        return
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with own.cursor() as cursor, cursor.copy(command) as copy:
        copy.write("".join(lines))
