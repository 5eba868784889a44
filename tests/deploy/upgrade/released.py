"""The code of the version that was released last, and that of this checkout."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.faults.site import ROOT

_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def last_release() -> str:
    """The commit that released the newest version of CHANGELOG.md.

    Without the history there is no such code: CI fails then, elsewhere the test says so.
    """
    found = _RELEASE.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert found, "CHANGELOG.md names no version"
    tag = _git("rev-parse", "--verify", "--quiet", f"v{found[1]}^{{commit}}").strip()
    brought = _git("log", "--reverse", "--format=%H", f"-S## {found[1]} (", "--", "CHANGELOG.md")
    commit = tag or brought.partition("\n")[0]
    is_shallow = _git("rev-parse", "--is-shallow-repository").strip() != "false"
    if commit and not is_shallow:
        return commit
    why = f"No upgrade was tried: the history back to {found[1]} is missing (git fetch --unshallow)"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def lay_release(commit: str, place: Path) -> Path:
    """The code of ``commit``, laid at ``place``."""
    place.mkdir()
    archive = place.with_suffix(".tar")
    subprocess.run(["git", "-C", ROOT, "archive", "--output", archive, commit], check=True)
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    archive.unlink()
    _translate(place)
    return place


def lay_present(place: Path) -> Path:
    """The code of this checkout, laid at ``place``."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name, follow_symlinks=False)
    _translate(place)
    return place


def _translate(place: Path) -> None:
    """Compile the translations, as ``make production`` does."""
    for source in place.glob("locale/*/LC_MESSAGES/django.po"):
        command = ["compile", "--domain", "django", "--locale", "zh_Hans"]
        command += ["--input-file", str(source), "--output-file", str(source.with_suffix(".mo"))]
        babel = Path(sys.executable).with_name("pybabel")
        subprocess.run([babel, "--quiet", *command], check=True)
