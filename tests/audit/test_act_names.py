"""Every act that the code writes into the trail has a name in words."""

import ast
from collections.abc import Iterator

from django.utils import translation

from enrollment.models import CorrectionState
from support.models.report import EntryKind
from tests.audit.names_in_code import literals, prefixes, sources
from verification.models import AttemptState
from xuejiportal.audit_pages.act_names import NAMES, name_of

COMPOSED = {
    *(f"enrollment.correction_{state}" for state in CorrectionState),
    *(f"support.report_{kind}" for kind in EntryKind),
    *(f"verification.{state}" for state in AttemptState if state != AttemptState.DRAFT),
}


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
