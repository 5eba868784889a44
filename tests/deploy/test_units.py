"""systemd itself reads the units, and finds them as confined as the page for production says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("portal-*.service"))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_as_confined_as_the_page_says(unit: Path) -> None:
    [told] = re.findall(
        r"`systemd-analyze security portal-web` says ([\d.]+) of 10",
        (DEPLOY / "README.md").read_text(encoding="utf-8"),
    )
    limit = str(round(float(told) * 10))
    asked = ("security", "--offline=true", f"--threshold={limit}", "--no-pager", str(unit))
    done = subprocess.run(["systemd-analyze", *asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr
