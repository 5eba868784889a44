"""OWASP ASVS 5.0 is answered row by row, once each, by tests and places that exist."""

import re
from collections import Counter
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
COUNTS = re.compile(r"^\| (1|2|both) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
PLACE = re.compile(r"`([\w.-]+(?:/[\w.-]+)*)(?:::(\w+))?`")
VERDICTS = ("met", "not applicable", "not met")


def verdict(words: str) -> str:
    """Which of VERDICTS a row gives."""
    return words.partition(": ")[0]


def standard() -> list[tuple[str, str]]:
    """Numbers and levels of the standard."""
    lines = (Path(__file__).parent / "asvs_levels_1_and_2.txt").read_text().splitlines()
    return [(line.split()[0], line.split()[1]) for line in lines if not line.startswith("#")]


def test_each_requirement_is_listed_once_in_its_order() -> None:
    assert len(standard()) == 253
    assert [(number, level) for number, level, _, _ in ROW.findall(DOCUMENT)] == standard()


def test_each_row_has_a_verdict_with_a_place_or_a_reason() -> None:
    for number, _, _, words in ROW.findall(DOCUMENT):
        assert verdict(words) in VERDICTS, number
        places = [path for path, _ in PLACE.findall(words) if (ROOT / path).is_file()]
        assert places or verdict(words) != "met", number
        assert "Needed: " in words or verdict(words) != "not met" or number == "12.2.2", number


def test_every_test_and_file_that_is_named_exists() -> None:
    named = PLACE.findall(DOCUMENT)
    files = [(path, test) for path, test in named if "/" in path or path.endswith((".md", ".toml"))]
    assert len(files) > 250
    for path, test in files:
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_the_counts_at_the_head_of_the_list_are_right() -> None:
    rows = ROW.findall(DOCUMENT)
    told = {level: [int(count) for count in counts] for level, *counts in COUNTS.findall(DOCUMENT)}
    for level in ("1", "2", "both"):
        found = Counter(verdict(words) for _, at, _, words in rows if level in (at, "both"))
        assert told[level] == [*(found[name] for name in VERDICTS), found.total()], level


def test_what_is_not_met_is_listed_at_the_head() -> None:
    [listed] = re.findall(r"^Not met: (.+)\.$", DOCUMENT, re.MULTILINE)
    rows = ROW.findall(DOCUMENT)
    assert listed.split(", ") == [row[0] for row in rows if verdict(row[3]) == "not met"]
