"""Read a file, check its rows and copy the good ones into staging.

A large file is read by two processes in parallel. Each uses one transaction, so a
worker whose parent has died leaves no rows behind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from enrollment.fields.faults import Problem, RowFault
from enrollment.fields.headers import Header
from enrollment.fields.left_out import RowSorter
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table
from enrollment.imports.checking.blocks import Block, blocks
from enrollment.imports.checking.counts import Tally
from enrollment.imports.checking.encryption import RowSealer
from enrollment.imports.checking.rows import FINGERPRINT_BYTES, RowChecker
from enrollment.jobs.parallel import WorkerDiedError, in_processes

PARALLEL_FROM_BYTES = 8 * 2**20
PROCESSES = 2
# Workers look up the rows of a block by number: force index scans.
_BY_INDEX = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"

Report = Callable[[int], None]
Row = tuple[int, list[str], bytes]


@dataclass(frozen=True)
class Job:
    """The input that all workers of a file share."""

    table: Table
    checker: RowChecker
    sorter: RowSorter
    header: Header
    institution_id: int
    staging: str
    registry_is_empty: bool

    @property
    def width(self) -> int:
        """The number of columns that the title row has."""
        return len(self.header.titles)


def fill(job: Job, report: Report) -> Tally:
    """Read, check and stage the whole file; ``report`` receives the number of rows done.

    Raises FileFaultError for a fault that shows only while reading.
    """
    if job.table.size < PARALLEL_FROM_BYTES:
        connection.ensure_connection()
        return _read_blocks(job, connection.connection, 0, 1, report)
    return _fill_in_parallel(job, report)


def _fill_in_parallel(job: Job, report: Report) -> Tally:
    parameters = connection.get_connection_params() | {"options": _BY_INDEX}
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)

    def work(worker: int, send: Callable[[Any], None]) -> None:
        try:
            with psycopg.connect(**parameters) as own:
                tally = _read_blocks(job, own, worker, PROCESSES, send)
            send(tally)
        except FileFaultError as error:
            send(error)

    total, done = Tally(), [0] * PROCESSES
    try:
        for worker, message in in_processes(PROCESSES, work):
            if isinstance(message, FileFaultError):
                raise message
            if isinstance(message, Tally):
                total.add(message)
            else:
                done[worker] = message
                report(sum(done))
    except WorkerDiedError as error:
        raise FileFaultError(FileFault.INTERRUPTED) from error
    return total


def _read_blocks(
    job: Job, own: psycopg.Connection[Any], worker: int, workers: int, report: Report
) -> Tally:
    tally = Tally()
    for block in blocks(job.table, after=job.header.row_number, worker=worker, workers=workers):
        _take_block(job, own, block, tally)
        report(tally.rows)
    return tally


def _persons(job: Job, block: Block, tally: Tally) -> list[Row]:
    """The rows of persons in a block with their fingerprints; the others are counted."""
    rows: list[Row] = []
    for number, cells in block:
        row = job.checker.fit(cells, tally.tidied)
        if not any(row):
            tally.blank += 1
        elif reason := job.sorter.left_out(row):
            tally.leave_out(reason, number)
        elif len(cells) > job.width and any(map(str.strip, cells[job.width :])):
            tally.refuse(Problem(number, "", RowFault.EXTRA_CELLS))
        else:
            rows.append((number, row, job.checker.fingerprint(row)))
    return rows


def _take_block(job: Job, own: psycopg.Connection[Any], block: Block, tally: Tally) -> None:
    checker = job.checker
    rows = _persons(job, block, tally)
    tally.rows += len(rows)
    if not job.registry_is_empty:
        unknown = _without_known(job, own, rows)
        tally.seen += len(rows) - len(unknown)
        rows = unknown
    secrets, lines = RowSealer(len(rows)), []
    for number, row, fingerprint in rows:
        line, problems = checker.check(number, row, fingerprint, secrets)
        for problem in problems:
            tally.note(problem)
        if line is None:
            tally.faulty += 1
        else:
            lines.append(f"{number}\t{line}\n")
    tally.staged += len(lines)
    _copy(own, job, lines)


_KNOWN = """
WITH told AS (
    SELECT row_number, number, substr(%s::bytea, (place::int - 1) * {size} + 1, {size}) AS mark
    FROM unnest(%s::int[], %s::text[]) WITH ORDINALITY AS one (row_number, number, place)
), known AS (
    INSERT INTO "{seen}" (row_number, record_id)
    SELECT told.row_number, r.id FROM told JOIN enrollment_studentrecord r
        ON r.institution_id = %s AND r.student_number = told.number AND r.student_number <> ''
    WHERE r.fingerprint = told.mark RETURNING row_number
)
SELECT row_number FROM told EXCEPT SELECT row_number FROM known
"""


def _without_known(job: Job, own: psycopg.Connection[Any], rows: list[Row]) -> list[Row]:
    """The rows that are new or changed; unchanged ones are recorded in the table of seen rows."""
    query = _KNOWN.format(size=FINGERPRINT_BYTES, seen=f"{job.staging}_seen")
    values = [
        b"".join([mark for _, _, mark in rows]),
        [number for number, _, _ in rows],
        [job.checker.student_number(row) for _, row, _ in rows],
        job.institution_id,
    ]
    with own.cursor() as cursor:
        cursor.execute(query, values)
        unknown = {number for (number,) in cursor.fetchall()}
    return [row for row in rows if row[0] in unknown]


def _copy(own: psycopg.Connection[Any], job: Job, lines: list[str]) -> None:
    if not lines:
        return
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(job.staging),
        sql.SQL(", ").join(map(sql.Identifier, ["row_number", *job.checker.staged_columns])),
    )
    with own.cursor() as cursor, cursor.copy(command) as copy:
        copy.write("".join(lines))
