"""Every number of a threat or fault in the code leads to a row with tests that exist."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| ([TF]\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
MENTION = re.compile(r"\b(?:[Tt]hreats? |\(|, )([TF]\d{1,2})\b(?=[),:. ])")
APPS = "accounts audit delivery enrollment support tests vault verification xuejiportal".split()


def rows() -> dict[str, str]:
    """What shows it, by number."""
    return dict(ROW.findall((ROOT / "docs/threat-model.md").read_text(encoding="utf-8")))


def test_every_row_names_tests_that_exist_or_says_that_none_does() -> None:
    known = rows()
    assert len(known) > 50
    for number, shown in known.items():
        tests = re.findall(r"`(tests/[\w/]+\.py)`", shown)
        assert tests or shown.startswith("not proved: "), number
        assert [path for path in tests if not (ROOT / path).is_file()] == []


def test_every_number_in_the_code_has_its_row() -> None:
    known, lost, found = rows(), set(), 0
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for number in MENTION.findall(path.read_text(encoding="utf-8")):
                found += 1
                if number not in known:
                    lost.add(f"{number} in {path.relative_to(ROOT)}")
    assert not lost
    assert found > 20


def test_no_threat_of_the_list_is_left_out() -> None:
    assert {f"T{number}" for number in range(1, 36)} <= set(rows())
