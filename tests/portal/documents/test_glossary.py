"""The glossary has one row for each thing and names every model, role and state."""

import importlib
import re
from collections import Counter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import TextChoices

from accounts.roles import Role

APPS = ("accounts", "audit", "delivery", "enrollment", "support", "vault", "verification")
ROW = re.compile(r"^\| ([^|*]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
GLOSSARY = (Path(settings.BASE_DIR) / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [row for row in ROW.findall(GLOSSARY) if row[0] != "term"]
CODE = {name for row in ROWS for name in re.findall(r"`([\w.]+)`", row[3])}


def test_every_row_names_a_term_its_chinese_its_meaning_and_the_code() -> None:
    assert len(ROWS) > 100
    assert [row for row in ROWS if not re.search(r"[\u4e00-\u9fff]|–", row[1])] == []
    assert [row for row in ROWS if "`" not in row[3]] == []


def test_no_term_and_no_chinese_word_means_two_things() -> None:
    terms = Counter(term.strip() for row in ROWS for term in row[0].split(", "))
    words = Counter(word for row in ROWS for word in row[1].split("、") if word != "–")
    assert [term for term, times in terms.items() if times > 1] == []
    assert [word for word, times in words.items() if times > 1] == []


def test_every_model_has_its_term() -> None:
    models = {model.__name__ for app in APPS for model in apps.get_app_config(app).get_models()}
    assert models - CODE == set()


def test_every_role_and_every_state_has_its_term() -> None:
    assert {f"Role.{role.name}" for role in Role} <= CODE
    states = {
        name
        for app in APPS
        for name, kind in vars(importlib.import_module(f"{app}.models")).items()
        if isinstance(kind, type) and issubclass(kind, TextChoices) and name.endswith("State")
    }
    assert len(states) >= 5
    assert states - CODE == set()


def test_every_class_that_the_glossary_names_exists() -> None:
    names = {name.partition(".")[0] for name in CODE if name[0].isupper()}
    known = {
        name
        for each in (*APPS, "enrollment.fields.faults", "enrollment.fields.catalogue")
        for name in vars(importlib.import_module(each if "." in each else f"{each}.models"))
    }
    assert names - known - {"Role"} == set()
