"""No pattern and no folding of text takes more than linear time, whatever the text."""

import ast
import importlib
import logging
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts import text
from accounts.codes import services as codes
from accounts.identifiers import services as identifiers
from accounts.identifiers import username_rules
from accounts.limits.login_attempts import normalised_name
from accounts.recovery import security_questions
from enrollment.fields.headers import find_header, likely_header
from enrollment.identity import name, number
from support.help.ngrams import grams_of
from verification.facts import canonical_item
from xuejiportal.logs.formatters import RedactingFormatter, redact

APPS = ("accounts", "audit", "delivery", "enrollment", "support", "vault", "verification",
        "xuejiportal")  # fmt: skip
LENGTH = 20_000  # quadratic work on it takes seconds, linear work milliseconds
SECONDS = 0.2
MILLION = 1_000_000
# Whatever a pattern may begin with and then wait for an end that never comes.
UNITS = [
    "<", "<col ", "<mergeCell ", "[$", "[$-",
    "(", "（", "[", "【", '"', "'", "\\", "*", "_", " ", "\t", "\n", "\u3000", "\u00b7", ".", ". ",
    " .", "-", "a", "a.", "a-", "A1", "1", "1 ", "1.", "1-", "1/", "１", "+", "+86", "E+", "王",
    "王 ", "王.", "王 ·", "王·", "字", "第", "a@", "@", "@a", "a.a@", "\u0301\u0323", "\ufdfa",
    "\ue000", "\ue0001", "\x00", "年1月",
]  # fmt: skip


def modules() -> Iterator[str]:
    """The names of all modules of the portal, management commands and migrations apart."""
    for app in APPS:
        package = importlib.import_module(app)
        for found in pkgutil.walk_packages(package.__path__, app + "."):
            if not re.search(r"\.(migrations|commands|embedded|wsgi)\b", found.name):
                yield found.name


def patterns() -> list[re.Pattern[Any]]:
    """Every compiled pattern that a module of the portal keeps, alone or in a table."""
    found: set[re.Pattern[Any]] = set()
    for module in modules():
        for kept in vars(importlib.import_module(module)).values():
            values = kept.values() if isinstance(kept, dict) else [kept]
            found |= {value for value in values if isinstance(value, re.Pattern)}
    return sorted(found, key=str)


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    """The processor time in which ``pattern`` looks through ``text``, as it is used."""
    given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    if str(pattern.pattern).endswith(r"\Z"):
        pattern.match(given)  # of a whole text
    else:
        pattern.sub(given[:0], given)
    return time.process_time() - began


def test_every_pattern_takes_linear_time() -> None:
    known = patterns()
    assert len(known) > 20
    long = {unit: unit * (LENGTH // len(unit)) for unit in UNITS}
    slow = [
        f"{pattern.pattern} on {unit!r}"
        for pattern in known
        for unit, given in long.items()
        if max(seconds(pattern, given), seconds(pattern, f"王{given}王")) > SECONDS
    ]
    assert not slow, "\n".join(slow)


def test_no_pattern_hides_within_a_function() -> None:
    """Only a pattern that a module keeps is tried above."""
    calls = {"sub", "subn", "match", "search", "fullmatch", "split", "findall", "finditer"}
    hidden = []
    for path in (path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_module = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                if of_module and node.func.attr in calls and "embedded" not in path.parts:
                    hidden.append(f"{path}:{node.lineno}")
    assert not hidden


# What Unicode sorts or unfolds, and what the slowest of the patterns waited for.
COSTLY_UNITS = ["\u0301\u0323", "\ufdfa", "王.", "a@", "1", " "]
TYPED: dict[str, Callable[[str], object]] = {
    "a name of a person": name.canonical_name,
    "a certificate number": number.canonical_number,
    "an identifier": normalised_name,
    "a username": username_rules.clean_username,
    "a code": codes.find,
    "an answer": security_questions.normalise,
    "a third item": canonical_item,
    "a cell": text.fold,
    "a text of a file": text.tidy,
    "signs": text.fold_signs,
    "words of a search": grams_of,
    "a log line": redact,
}


@pytest.mark.parametrize("what", TYPED)
def test_a_million_characters_are_folded_within_a_second(what: str) -> None:
    for unit in COSTLY_UNITS:
        given = unit * (MILLION // len(unit))
        began = time.process_time()
        with suppress(ValidationError, ValueError):
            TYPED[what](given)
        assert time.process_time() - began < 1, unit


def test_a_long_address_is_refused_as_identifier_at_once() -> None:
    began = time.process_time()
    with pytest.raises(ValidationError):
        identifiers.parse("a" * MILLION + "@example.org")
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    "row", [["(" * 120_000], ["("] * 120_000, ["(" * 200] * 600, ["（必填" * 40_000]]
)
def test_titles_without_end_are_no_header_at_once(row: list[str]) -> None:
    began = time.process_time()
    find_header([row] * 20)
    likely_header([row] * 20)
    assert time.process_time() - began < 1


def test_a_long_log_line_is_cut_and_holds_no_number() -> None:
    line = "/x/" + "9" * MILLION + " 11010519491231002X a@example.org " + "y" * MILLION
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "Not Found: %s", (line,), None)
    told = RedactingFormatter("%(message)s").format(record)
    assert len(told) < 30_000
    assert "11010519491231002X" not in told
    assert told.startswith("Not Found: /x/999")
    assert told.endswith("yyy")
