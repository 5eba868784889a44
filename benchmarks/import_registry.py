"""A registrar's file into the registry, against a raw COPY of the same file.

``make bench-import_registry`` takes 100,000 rows, ``ARGS="--rows 1000000"`` a million,
``ARGS="--rows 100000 1000000"`` both, with the growth of the time per row. Both sides
use the same embedded PostgreSQL; the table of the raw COPY has the same
indexes. The import reads, checks, encrypts, compares and writes history, all
or nothing, in a process that waits as the worker does. A cost of 1.00
is what the raw COPY takes.
"""

import argparse
import json
import os
import statistics
from pathlib import Path

import psycopg

from benchmarks.tools.harness import CLEAN_ROUNDS, Cost, Side, compare, exit_with, measured, tell
from benchmarks.tools.portal import Portal
from enrollment.demo.samples import HEADER, sample_rows
from tests.faults.site import Site, running

ROWS = 100_000
SEED = 1
# The import may cost so many raw COPYs, a row of a large file so much more than of a small one.
NEW, AGAIN, CHANGED, GROWTH = 2.4, 0.8, 1.1, 1.2
MEMORY = 128 * 2**20
STATUS = HEADER.index("学籍状态")
INDEXES = """
CREATE UNIQUE INDEX ON raw_copy (key);
CREATE UNIQUE INDEX ON raw_copy (院校代码, 学号);
CREATE UNIQUE INDEX ON raw_copy (院校代码, 考生号, 入学日期);
CREATE INDEX ON raw_copy (证件号码);
CREATE INDEX ON raw_copy (班号, 学籍状态);
CREATE INDEX ON raw_copy (院校代码);
CREATE INDEX ON raw_copy (holder);
CREATE INDEX ON raw_copy USING gin (姓名 gin_trgm_ops);
"""


class Bench:
    """A site, the files of one size, and the acts that are timed."""

    def __init__(self, site: Site, rows: int) -> None:
        self.site, self.rows = site, rows
        self.database = psycopg.connect(site.environ["DATABASE_URL"], autocommit=True)
        self.file = self._write(f"new-{rows}.csv")
        self.changed_file = self._write(f"changed-{rows}.csv", changed=True)
        # The same rows in other bytes: identical files are not even read.
        self.again_file = self._write(f"again-{rows}.csv", end="\r\n")
        columns = ", ".join(f"{title} text" for title in HEADER)
        self._do("DROP TABLE IF EXISTS raw_copy")
        self._do(
            f"CREATE TABLE raw_copy (id bigserial PRIMARY KEY, holder bigint,"
            f" key uuid DEFAULT gen_random_uuid(), {columns})"
        )
        self._do(INDEXES)
        self._do(
            "INSERT INTO enrollment_institution (code, name, national_code, authority, location,"
            " level, remark, third_item, second_approver, column_titles)"
            " VALUES ('19998', 'bench', '', '', '', '', '', 'none', false, '{}')"
            " ON CONFLICT DO NOTHING"
        )
        self.portal = Portal(site.environ)

    def close(self) -> None:
        """End the process and forget the files."""
        self.portal.close()
        self.database.close()
        for path in (self.file, self.changed_file, self.again_file):
            path.unlink()

    def raw_copy(self) -> Cost:
        """COPY the file as it is into an empty table with the same indexes."""
        self._do("TRUNCATE raw_copy")
        self._do("CHECKPOINT")
        cost = measured(self._copy)
        self._expect("raw_copy", self.rows)
        return cost

    def new(self) -> Cost:
        """Import the file into an empty registry."""
        self._empty()
        return self._import(self.file, new=self.rows)

    def again(self) -> Cost:
        """Import rows that the registry has already, from a file with other bytes."""
        self._fill()
        self._do("UPDATE enrollment_importbatch SET file_sha256 = ''")
        return self._import(self.again_file, identical=False, unchanged=self.rows)

    def changed(self) -> Cost:
        """Import a file in which one row of a hundred has another status."""
        self._fill(afresh=True)
        count = len(range(0, self.rows, 100))
        return self._import(self.changed_file, changed=count, unchanged=self.rows - count)

    def _copy(self) -> None:
        titles = ", ".join(HEADER)
        statement = f"COPY raw_copy ({titles}) FROM STDIN (FORMAT csv, HEADER)"
        with (
            self.database.cursor() as cursor,
            self.file.open("rb") as file,
            cursor.copy(statement) as copy,
        ):
            while block := file.read(2**20):
                copy.write(block)

    def _import(self, path: Path, **expected: int) -> Cost:
        self._do("CHECKPOINT")
        out = path.with_suffix(".json")
        cost = measured(lambda: self.portal.order("import_registry", str(path), "--json", str(out)))
        result = json.loads(out.read_text())
        if any(result[name] != count for name, count in expected.items()):
            raise AssertionError(f"expected {expected}")
        self._expect("enrollment_studentrecord", self.rows)
        return cost

    def _fill(self, *, afresh: bool = False) -> None:
        with self.database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM enrollment_studentrecord WHERE version = 1")
            filled = cursor.fetchone() == (self.rows,)
        if afresh or not filled:
            self._empty()
            self._import(self.file)
            self._do("VACUUM ANALYZE enrollment_studentrecord")

    def _empty(self) -> None:
        self._do("TRUNCATE enrollment_studentrecord, enrollment_importbatch CASCADE")

    def _expect(self, table: str, count: int) -> None:
        with self.database.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            if cursor.fetchone() != (count,):
                raise AssertionError(f"{table} does not hold {count} rows")

    def _do(self, statement: str) -> None:
        self.database.execute(statement.encode())

    def _write(self, name: str, *, changed: bool = False, end: str = "\n") -> Path:
        path = self.site.directory / name
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(HEADER) + end)
            for index, row in enumerate(sample_rows(self.rows, seed=SEED)):
                if changed and index % 100 == 0:
                    row[STATUS] = "毕业"
                file.write(",".join(row) + end)
        return path


def run(site: Site, rows: int, rounds: int) -> tuple[dict[str, float], bool]:
    """Seconds a row of each act, and whether a goal was missed."""
    bench = Bench(site, rows)
    missed, seconds = False, {}
    tell(f"{rows:,} rows of {len(HEADER)} columns; embedded PostgreSQL")
    try:
        for name, act, cost in (
            ("a new registry", bench.new, NEW),
            ("the same rows again", bench.again, AGAIN),
            ("one percent changed", bench.changed, CHANGED),
        ):
            side, base = Side(name, act), Side("raw COPY", bench.raw_copy)
            met = compare(side, base, amount=rows, goal=1 / cost, clean_rounds=rounds)
            missed |= met is False
            if side.seconds:
                seconds[name] = statistics.median(side.seconds) / rows
                paid = statistics.median(side.seconds) / statistics.median(base.seconds)
                tell(f"{name} costs {paid:.2f} raw COPYs, goal at most {cost:.2f}\n")
    finally:
        bench.close()
    own, child = (peak / 2**20 for peak in bench.portal.peaks)
    met = max(bench.portal.peaks) <= MEMORY
    tell(
        f"peak memory: {own:.0f} MB the process, {child:.0f} MB a reader, goal at most "
        f"{MEMORY // 2**20} MB: {'met' if met else 'NOT met'}\n"
    )
    return seconds, missed or not met


def main() -> int:
    """Print the cost of each import in raw COPYs; 1 when a goal was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[ROWS], help="rows of each file")
    sizes = parser.parse_args().rows
    rounds = int(os.environ.get("ROUNDS", CLEAN_ROUNDS))
    with running() as site:
        results = [run(site, rows, rounds) for rows in sizes]
    missed = any(failed for _, failed in results)
    (small, _), (large, _) = results[0], results[-1]
    for name in small.keys() & large.keys() if len(results) > 1 else ():
        growth = large[name] / small[name]
        tell(f"{name}: a row takes {growth:.2f} times as long, goal at most {GROWTH:.2f}")
        missed |= growth > GROWTH
    return int(missed)


if __name__ == "__main__":
    exit_with(main)
