"""A ZIP of photographs into storage, against the bare Pillow loop on all cores.

``make bench-photos`` takes 2,000 photographs of 480×640, ``ARGS="--rows 10000"`` as many
as that. The import checks, matches, redraws without metadata, makes the
thumbnail, encrypts, stores and writes to the database; the loop only decodes
and encodes what lies in memory, in as many processes as the import has.
"""

import io
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
from PIL import Image

from benchmarks.tools.harness import (
    CLEAN_ROUNDS,
    Cost,
    Side,
    compare,
    exit_with,
    measured,
    sizes,
    tell,
)
from benchmarks.tools.portal import Portal
from enrollment.demo.samples import HEADER, INSTITUTION_CODE, sample_rows
from tests.faults.site import Site, running

PHOTOS = 2_000
PROCESSES = 2
QUALITY = 90
SIZE = (480, 640)
VARIANTS = 50
GOAL = 0.7
NUMBER = HEADER.index("学号")
LOOP = """
import io, sys, zipfile
from PIL import Image
path, share, of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with zipfile.ZipFile(path) as archive:
    for name in archive.namelist()[share::of]:
        with Image.open(io.BytesIO(archive.read(name))) as image:
            image.save(io.BytesIO(), "JPEG", quality=90)
"""


class Bench:
    """A site with the people, the ZIP, and the two acts."""

    def __init__(self, site: Site, photos: int) -> None:
        self.site, self.photos = site, photos
        self.database = psycopg.connect(site.environ["DATABASE_URL"], autocommit=True)
        self.database.execute(
            "INSERT INTO enrollment_institution (code, name, national_code, authority, location,"
            " level, remark, third_item, second_approver, column_titles)"
            " VALUES ('19998', 'bench', '', '', '', '', '', 'none', false, '{}')"
        )
        self.portal = Portal(site.environ)
        rows = list(sample_rows(photos, seed=1))
        registry = site.directory / "people.csv"
        lines = [HEADER, *rows]
        registry.write_text("".join(",".join(row) + "\n" for row in lines), encoding="utf-8")
        self.portal.order("import_registry", str(registry))
        self.zip = _zip_of([row[NUMBER] for row in rows], site.directory / "photos.zip")

    def take(self) -> Cost:
        """Import the ZIP; every photograph must be there afterwards."""
        self.database.execute("TRUNCATE enrollment_photo")
        self.database.execute("CHECKPOINT")
        command = ("import_photos", str(self.zip), "--institution", INSTITUTION_CODE)
        cost = measured(lambda: self.portal.order(*command))
        found = self.database.execute("SELECT count(*) FROM enrollment_photo").fetchone()
        if found != (self.photos,):
            raise AssertionError(f"{found} of {self.photos} photographs")
        return cost

    def loop(self) -> Cost:
        """Decode and encode the same photographs, and nothing else."""

        def run() -> None:
            command = [sys.executable, "-c", LOOP, str(self.zip)]
            loops = [
                subprocess.Popen([*command, str(share), str(PROCESSES)])
                for share in range(PROCESSES)
            ]
            if any(loop.wait() for loop in loops):
                raise AssertionError("a loop failed")

        return measured(run)


def _zip_of(numbers: list[str], path: Path) -> Path:
    """Photographs named by ``numbers``: a soft picture with grain, as a camera gives."""
    chance = random.Random(1)
    contents = []
    for _ in range(VARIANTS):
        grain = Image.effect_noise(SIZE, 30).convert("RGB")
        ground = Image.radial_gradient("L").resize(SIZE)
        tint = Image.new("RGB", SIZE, tuple(chance.randrange(256) for _ in range(3)))
        soft = Image.blend(Image.merge("RGB", [ground] * 3), tint, 0.4)
        out = io.BytesIO()
        Image.blend(soft, grain, 0.12).save(out, "JPEG", quality=QUALITY)
        contents.append(out.getvalue())
    with zipfile.ZipFile(path, "w") as archive:
        for index, number in enumerate(numbers):
            archive.writestr(f"{number}.jpg", contents[index % VARIANTS])
    tell(f"{len(numbers):,} photographs of {len(contents[0]) / 1024:.0f} KB")
    return path


def main() -> int:
    """Print rates and ratio; 1 when the goal was missed."""
    photos = sizes(PHOTOS, "photographs").parse_args().rows
    rounds = int(os.environ.get("ROUNDS", CLEAN_ROUNDS))
    with running() as site:
        bench = Bench(site, photos)
        try:
            sides = Side("photos imported", bench.take), Side("bare Pillow loop", bench.loop)
            met = compare(*sides, amount=photos, goal=GOAL, clean_rounds=rounds)
        finally:
            bench.portal.close()
    return int(met is False)


if __name__ == "__main__":
    exit_with(main)
