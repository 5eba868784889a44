"""Every act that the code writes into the trail has a name in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation

from enrollment.models import CorrectionState
from support.models.report import EntryKind
from verification.models import AttemptState
from xuejiportal.audit_pages.act_names import NAMES, name_of

APPS = "accounts audit delivery enrollment support vault verification xuejiportal".split()
COMPOSED = {
    *(f"enrollment.correction_{state}" for state in CorrectionState),
    *(f"support.report_{kind}" for kind in EntryKind),
    *(f"verification.{state}" for state in AttemptState if state != AttemptState.DRAFT),
}


def sources() -> Iterator[ast.Module]:
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text(encoding="utf-8"))


def literals(call: ast.Call) -> Iterator[str]:
    """The acts that a call names itself: ``action="…"`` and ``personal_data("…")``."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
    if ast.unparse(call.func).endswith("personal_data"):
        named += call.args[:1]
    for value in named:
        if isinstance(value, ast.Constant) and "." in str(value.value):
            yield str(value.value)


def prefixes(function: ast.FunctionDef) -> Iterator[str]:
    """The beginnings of the acts that a helper completes with its first parameter."""
    for node in ast.walk(function):
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.JoinedStr):
            first, *rest = node.value.values
            parameter = ast.unparse(rest[0]).strip("f'{}\"") if rest else ""
            names = [each.arg for each in function.args.args]
            if node.arg == "action" and parameter in names and isinstance(first, ast.Constant):
                yield str(first.value)


def _written_by(module: ast.Module) -> Iterator[str]:
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    for call in calls:
        yield from literals(call)
    for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
        for prefix in prefixes(function):
            if not prefix.endswith("."):
                continue
            for call in calls:
                if ast.unparse(call.func) == function.name:
                    constants = (a.value for a in call.args if isinstance(a, ast.Constant))
                    yield from (
                        prefix + text for text in constants if isinstance(text, str) and text
                    )


def test_every_act_in_the_code_has_a_name() -> None:
    acts = COMPOSED.union(*(_written_by(module) for module in sources()))
    assert len(acts) > 90
    assert acts - set(NAMES) == set()


def test_every_act_is_named_in_chinese_and_in_english() -> None:
    with translation.override("zh-hans"):
        assert [act for act in NAMES if name_of(act).isascii()] == []
    with translation.override("en"):
        assert [act for act in NAMES if not name_of(act)[0].isupper()] == []


def test_an_act_without_a_name_shows_its_code() -> None:
    assert name_of("support.unheard_of") == "support.unheard_of"
