"""The configuration table names every variable that the settings read, in both languages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
READ = re.compile(r'env\.[a-z_]+\(\s*(?:env\.text\(\s*)?"([A-Z_]+)"')
# Listed together: the table shows their common beginning once and then the endings.
SHORTENED = re.compile(r"`…(_[A-Z_]+)`")


def variables_read() -> set[str]:
    parts = (ROOT / "xuejiportal" / "settings").glob("*.py")
    return {name for part in parts for name in READ.findall(part.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", ["README.md", "README.zh-Hans.md"])
def test_every_variable_is_explained(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", text))
    endings = tuple(SHORTENED.findall(text))
    missing = {
        variable
        for variable in variables_read() - told
        if not (endings and variable.endswith(endings))
    }
    assert len(variables_read()) > 30
    assert missing == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-Hans.md"])
def test_what_the_readme_points_at_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", text)
    assert targets
    for target in targets:
        assert (ROOT / (target[0] or target[1])).exists(), target
