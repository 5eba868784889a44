"""A registrar's file into the registry, against django-import-export in bulk mode.

``make bench-django_import_export`` takes 50,000 new rows, ``ARGS="--rows 10000"`` as many
as that. The library writes in bulk, a thousand rows at once, without its HTML
differences; like the import, it asks for each row whether the record is known.
It seals and hashes as the registry must and checks the identity number; the
import does all its other checks, the comparison and the history besides.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from benchmarks.tools.harness import Cost, Side, compare, exit_with, measured, sizes, tell
from benchmarks.tools.portal import Portal
from enrollment.demo.samples import HEADER, sample_rows
from tests.faults.site import ROOT, Site, running

ROWS = 50_000
ROUNDS = 3
GOAL = 20.0
LIBRARY = """
import sys, django
django.setup()
import tablib
from import_export import resources
from enrollment.identity.name import canonical_name
from enrollment.identity.number import canonical_number
from enrollment.fields.catalogue import FIELDS
from enrollment.models import Institution, SchoolClass, StudentRecord
from vault.cipher import seal
from vault.lookup import keyed_hash

NAMES = {column.title: column.name for column in FIELDS}
STATED = ("candidate_number student_number name gender birth_date certificate_type ethnicity"
          " political_status major_code major_name level schooling_years education_type study_mode"
          " entry_date college department expected_leaving_date status").split()

class Records(resources.ModelResource):
    class Meta:
        model = StudentRecord
        fields = STATED
        import_id_fields = ("student_number",)
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        use_transactions = True

    def before_import(self, dataset, **kwargs):
        dataset.headers = [NAMES[title] for title in dataset.headers]
        self.school = Institution.objects.get(code="19998")
        codes = set(dataset["class_code"])
        SchoolClass.objects.bulk_create(
            [SchoolClass(institution=self.school, code=code) for code in codes])
        self.classes = dict(SchoolClass.objects.values_list("code", "pk"))

    def before_import_row(self, row, **kwargs):
        for name in ("birth_date", "entry_date", "expected_leaving_date"):
            day = row[name]
            row[name] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        row["gender"] = 1 if row["gender"] == "男" else 2

    def before_save_instance(self, instance, row, **kwargs):
        instance.institution_id = self.school.pk
        instance.school_class_id = self.classes[row["class_code"]]
        instance.name_canonical = canonical_name(instance.name)
        number = canonical_number(row["certificate_number"], instance.certificate_type)
        instance.certificate_hash = keyed_hash("certificate", number)
        instance.certificate_sealed = seal(
            number.encode(), context=f"record-certificate:{instance.key}")
        phone = "+86" + row["phone"]
        instance.phone_hash = keyed_hash("phone", phone)
        instance.phone_sealed = seal(phone.encode(), context=f"record-phone:{instance.key}")

print("ready", flush=True)
for line in sys.stdin:
    with open(line.strip(), encoding="utf-8") as file:
        data = tablib.Dataset().load(file, format="csv")
    result = Records().import_data(data, raise_errors=True)
    print(result.totals["new"], flush=True)
"""


class Bench:
    """A site, a file, and the two ways to import it."""

    def __init__(self, site: Site, rows: int) -> None:
        self.rows = rows
        self.database = psycopg.connect(site.environ["DATABASE_URL"], autocommit=True)
        self.database.execute(
            "INSERT INTO enrollment_institution (code, name, national_code, authority, location,"
            " level, remark, third_item, second_approver, column_titles)"
            " VALUES ('19998', 'bench', '', '', '', '', '', 'none', false, '{}')"
        )
        self.file: Path = site.directory / "rows.csv"
        lines = [HEADER, *sample_rows(rows, seed=1)]
        self.file.write_text("".join(",".join(row) + "\n" for row in lines), encoding="utf-8")
        self.portal = Portal(site.environ)
        self.library = subprocess.Popen(
            [sys.executable, "-c", LIBRARY],
            cwd=ROOT,
            env=site.environ | {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def ours(self) -> Cost:
        """The portal's import."""
        return self._timed(lambda: self.portal.order("import_registry", str(self.file)))

    def theirs(self) -> Cost:
        """django-import-export."""

        def run() -> None:
            if self.library.stdin is None:
                raise RuntimeError("no pipe")
            self.library.stdin.write(f"{self.file}\n")
            self.library.stdin.flush()
            if self._answer() != str(self.rows):
                raise AssertionError("not every row was new")

        return self._timed(run)

    def close(self) -> None:
        """End both processes."""
        self.portal.close()
        self.library.communicate()

    def _timed(self, act: Callable[[], object]) -> Cost:
        self.database.execute(
            "TRUNCATE enrollment_studentrecord, enrollment_schoolclass, enrollment_importbatch"
            " CASCADE"
        )
        self.database.execute("CHECKPOINT")
        cost = measured(act)
        found = self.database.execute("SELECT count(*) FROM enrollment_studentrecord").fetchone()
        if found != (self.rows,):
            raise AssertionError(f"{found} of {self.rows} records")
        return cost

    def _answer(self) -> str:
        return self.library.stdout.readline().strip() if self.library.stdout else ""


def main() -> int:
    """Print rates and ratio; 1 when the goal was missed."""
    rows = sizes(ROWS, "rows").parse_args().rows
    rounds = int(os.environ.get("ROUNDS", ROUNDS))
    with running() as site:
        bench = Bench(site, rows)
        tell(f"{rows:,} new rows of {len(HEADER)} columns; embedded PostgreSQL")
        try:
            sides = Side("import_registry", bench.ours), Side("django-import-export", bench.theirs)
            met = compare(*sides, amount=rows, goal=GOAL, clean_rounds=rounds)
        finally:
            bench.close()
    return int(met is False)


if __name__ == "__main__":
    exit_with(main)
