"""A registrar's file into the registry, against a raw COPY of the same file.

``make bench-import_registry`` (``ARGS=100000`` for another number of rows).
Both use the same embedded PostgreSQL; the table of the raw COPY has the same
indexes. The import reads, checks, encrypts, compares and writes history, all
or nothing. A cost of 1.00 is what the raw COPY takes.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from benchmarks._harness import Side, compare, tell
from enrollment.samples import HEADER, sample_rows
from tests.faults.site import ROOT, Site, running

ROWS = 1_000_000
SEED = 1
# The import may cost so many raw COPYs.
NEW, AGAIN, CHANGED = 2.0, 0.8, 1.1
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
    """A site, the files, and the acts that are timed."""

    def __init__(self, site: Site, rows: int) -> None:
        self.site, self.rows = site, rows
        self.database = psycopg.connect(site.environ["DATABASE_URL"], autocommit=True)
        self.file = self._write("new.csv", changed=False)
        self.changed_file = self._write("changed.csv", changed=True)
        columns = ", ".join(f"{title} text" for title in HEADER)
        self._do(
            f"CREATE TABLE raw_copy (id bigserial PRIMARY KEY, holder bigint,"
            f" key uuid DEFAULT gen_random_uuid(), {columns})"
        )
        self._do(INDEXES)
        self._do(
            "INSERT INTO enrollment_institution (code, name, national_code, authority, location,"
            " level, remark, third_item, second_approver, column_titles)"
            " VALUES ('19998', 'bench', '', '', '', '', '', 'none', false, '{}')"
        )

    def raw_copy(self) -> float:
        """COPY the file as it is into an empty table with the same indexes."""
        self._do("TRUNCATE raw_copy")
        self._do("CHECKPOINT")
        start = time.monotonic()
        titles = ", ".join(HEADER)
        with self.database.cursor() as cursor, self.file.open("rb") as file:
            statement = f"COPY raw_copy ({titles}) FROM STDIN (FORMAT csv, HEADER)"
            with cursor.copy(statement) as copy:
                while block := file.read(2**20):
                    copy.write(block)
        taken = time.monotonic() - start
        self._expect("raw_copy", self.rows)
        return taken

    def new(self) -> float:
        """Import the file into an empty registry."""
        self._empty()
        return self._import(self.file, new=self.rows)

    def again(self) -> float:
        """Import rows that the registry has already, from a file with other bytes."""
        self._fill()
        return self._import(self.file, unchanged=self.rows)

    def changed(self) -> float:
        """Import a file in which one row of a hundred has another status."""
        self._fill(afresh=True)
        count = len(range(0, self.rows, 100))
        return self._import(self.changed_file, changed=count, unchanged=self.rows - count)

    def _import(self, path: Path, **expected: int) -> float:
        self._do("CHECKPOINT")
        out = path.with_suffix(".json")
        command = [sys.executable, "manage.py", "import_registry", str(path), "--json", str(out)]
        start = time.monotonic()
        subprocess.run(
            command, cwd=ROOT, env=self.site.environ, check=True, stdout=subprocess.DEVNULL
        )
        taken = time.monotonic() - start
        result = json.loads(out.read_text())
        if any(result[name] != count for name, count in expected.items()):
            raise AssertionError(f"expected {expected}")
        self._expect("enrollment_studentrecord", self.rows)
        return taken

    def _fill(self, *, afresh: bool = False) -> None:
        with self.database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM enrollment_studentrecord WHERE version = 1")
            filled = cursor.fetchone() == (self.rows,)
        if afresh or not filled:
            self._empty()
            self._import(self.file)

    def _empty(self) -> None:
        self._do("TRUNCATE enrollment_studentrecord, enrollment_importbatch CASCADE")

    def _expect(self, table: str, count: int) -> None:
        with self.database.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            if cursor.fetchone() != (count,):
                raise AssertionError(f"{table} does not hold {count} rows")

    def _do(self, statement: str) -> None:
        self.database.execute(statement.encode())

    def _write(self, name: str, *, changed: bool) -> Path:
        path = self.site.directory / name
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(HEADER) + "\n")
            for index, row in enumerate(sample_rows(self.rows, seed=SEED)):
                if changed and index % 100 == 0:
                    row[STATUS] = "毕业"
                file.write(",".join(row) + "\n")
        return path


def main() -> int:
    """Print the cost of each import in raw COPYs; 1 when a goal was missed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    missed = False
    with running() as site:
        bench = Bench(site, rows)
        tell(f"{rows:,} rows of {len(HEADER)} columns; embedded PostgreSQL")
        for name, run, cost in (
            ("a new registry", bench.new, NEW),
            ("the same rows again", bench.again, AGAIN),
            ("one percent changed", bench.changed, CHANGED),
        ):
            side, base = Side(name, run), Side("raw COPY", bench.raw_copy)
            met = compare(side, base, amount=rows, goal=1 / cost)
            missed |= met is False
            if side.seconds:
                paid = statistics.median(side.seconds) / statistics.median(base.seconds)
                tell(f"{name} costs {paid:.2f} raw COPYs, goal at most {cost:.2f}\n")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
