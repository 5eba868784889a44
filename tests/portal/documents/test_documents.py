"""What the documents name is there: paths, dotted names, tests, rows of the guide."""

import importlib
import re
import runpy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
APPS = (
    *"accounts audit database delivery devtools enrollment support".split(),
    *"vault verification xuejiportal".split(),
)
TOP: tuple[str, ...] = (*APPS, "benchmarks", "deploy", "docs", "locale", "requirements", "static")
TOP += ("templates", "tests", r"\.ci", r"\.github")
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "deploy").glob("*.md")),
]
# Between backticks. What has a placeholder in capitals (`tests/NAME.py`) is no path.
PATH = re.compile(rf"`((?:{'|'.join(TOP)})/[\w./-]*)(?:::?([\w.]+))?`")
DOTTED = re.compile(rf"`((?:{'|'.join(APPS)})(?:\.\w+)+)(?:\(\))?`")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#[^)]*)?\)|src=\"([^\"{]+)\"")
ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
TRIGGER = re.compile(r"^\| `(\w+)` \| `(\w+)` \|", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
CITED = re.compile(
    r"guide[\s#]+rows?[\s#]+((?:\d+(?:[\s#]*(?:-|,|to|and)[\s#]*)?)+)", re.IGNORECASE
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link or source for link, source in LINK.findall(text) if link or source]
    lost = [link for link in links if not (document.parent / link).exists()]
    lost += [f"{path} {name}" for path, name in PATH.findall(text) if not _has(path, name)]
    lost += [name for name in DOTTED.findall(text) if not _is_importable(name)]
    assert lost == []


def test_every_row_of_the_guide_is_shown_by_tests_that_exist() -> None:
    rows = _requirements()
    assert set(rows) == set(range(1, 46))
    for number, shown in rows.items():
        tests = TEST.findall(shown)
        assert tests, number
        for path, name in tests:
            assert _has(path, name), f"{number}: {path}::{name}"


def test_every_row_of_the_guide_that_the_code_cites_is_there() -> None:
    cited = {
        number for app in APPS for path in (ROOT / app).rglob("*.py") for number in _rows(path)
    }
    assert len(cited) > 20
    assert cited <= set(_requirements())


@pytest.mark.django_db
def test_the_architecture_lists_every_trigger_of_the_database() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = set(cursor.fetchall())
    assert set(TRIGGER.findall(text)) == found


def test_every_picture_is_drawn_from_its_text_source() -> None:
    draw = runpy.run_path(str(ROOT / "docs/images/draw.py"))["draw"]
    sources = sorted((ROOT / "docs/images").glob("*.txt"))
    assert sources
    for source in sources:
        drawn = source.with_suffix(".svg").read_text(encoding="utf-8")
        assert draw(source.read_text(encoding="utf-8")) == drawn, "run: make pictures"


def _requirements() -> dict[int, str]:
    text = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
    return {int(number): shown for number, shown in ROW.findall(text)}


def _rows(path: Path) -> set[int]:
    found = CITED.findall(path.read_text(encoding="utf-8"))
    return {int(number) for group in found for number in re.findall(r"\d+", group)}


def _has(path: str, name: str) -> bool:
    """Whether the file is there and, with a ``name``, defines it."""
    file = ROOT / path
    if not name or not file.is_file():
        return file.exists() and not name
    source = file.read_text(encoding="utf-8")
    return all(
        re.search(rf"^\s*(?:def |class )?{part}\b", source, re.MULTILINE)
        for part in name.split(".")
    )


def _is_importable(name: str) -> bool:
    """Whether the dotted ``name`` is a module, or something within one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return part in getattr(found, "__annotations__", {})
            found = getattr(found, part)
        return True
    return False
