"""Read a file in blocks of rows that are divided among several workers.

Each worker goes through the whole file and parses every n-th block. Where no cell
is quoted, a line is a row: blocks are then split by bytes, and the rows of other
workers are counted without being parsed.
"""

import csv
import io
import os
from collections.abc import Iterator
from itertools import islice

from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import MAX_LINE, Table, csv_fault

BLOCK_ROWS = 2000
BLOCK_BYTES = 2**18

Block = list[tuple[int, list[str]]]


def blocks(table: Table, *, after: int, worker: int, workers: int) -> Iterator[Block]:
    """Yield the numbered rows below row ``after`` for worker ``worker`` of ``workers``.

    Raises FileFaultError.
    """
    every = _by_lines if table.lines_are_rows else _by_rows
    for block in every(table, worker, workers):
        yield [row for row in block if row[0] > after] if block[0][0] <= after else block


def _by_rows(table: Table, worker: int, workers: int) -> Iterator[Block]:
    rows = enumerate(table.rows(), start=1)
    number = 0
    while block := list(islice(rows, BLOCK_ROWS)):
        if number % workers == worker:
            yield block
        number += 1


def _by_lines(table: Table, worker: int, workers: int) -> Iterator[Block]:
    first = 1
    for number, raw in enumerate(_whole_lines(table.file.fileno())):
        if number % workers == worker:
            lines = io.StringIO(raw.decode(table.encoding), newline="")
            reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
            try:
                block = list(enumerate(reader, start=first))
            except csv.Error as error:
                row = f"({first + reader.line_num - 1})"
                raise FileFaultError(csv_fault(error), row) from error
            yield block
        first += raw.count(b"\n")


def _whole_lines(descriptor: int) -> Iterator[bytes]:
    """Yield the file in pieces of whole lines; the last line may lack its line break."""
    at, rest = 0, b""
    while piece := os.pread(descriptor, BLOCK_BYTES, at):
        at += len(piece)
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        elif len(rest) > MAX_LINE:
            raise FileFaultError(FileFault.BINARY)
        else:
            rest += piece
    if rest:
        yield rest
