"""Modules and folders stay short enough to be read at a glance."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOP = (
    *"accounts audit benchmarks database delivery deploy devtools docs enrollment support".split(),
    *"tests vault verification xuejiportal .ci".split(),
)
MOST_LINES, MOST_MODULES = 300, 15


def modules() -> Iterator[Path]:
    """Every module but migrations, which are never rewritten once released."""
    yield from sorted(ROOT.glob("*.py"))
    for folder in TOP:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_no_module_has_more_than_300_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert len(lengths) > 500
    long = [
        f"{path.relative_to(ROOT)} ({length})"
        for path, length in lengths.items()
        if length > MOST_LINES
    ]
    assert not long, "\n".join(long)


def test_no_folder_has_more_than_15_modules() -> None:
    counts = Counter(path.parent for path in modules() if path.name != "__init__.py")
    crowded = [
        f"{folder.relative_to(ROOT)} ({count})"
        for folder, count in counts.items()
        if count > MOST_MODULES
    ]
    assert not crowded, "\n".join(crowded)
