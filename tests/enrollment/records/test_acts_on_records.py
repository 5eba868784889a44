"""Every act recorded about a record is told to its holder, or left out for a reason."""

import ast
from collections.abc import Iterator

from enrollment.models import CorrectionState
from enrollment.records.access_log import ACCESS_ACTIONS
from tests.audit.names_in_code import literals, prefixes, sources

LEFT_OUT = {
    "enrollment.claim_record": "the holder's own",
    "enrollment.confirm_record": "the holder's own",
    "enrollment.answer_photo": "the holder's own",
    "enrollment.issue_report": "the holder's own",
    "enrollment.extend_report": "the holder's own",
    "enrollment.revoke_report": "the holder's own",
    "enrollment.release_record": "ends the holding; a notice tells it",
    "verification.close_after_rescue": "follows from help in person; a notice tells it",
    "verification.object_to_claim": "by nobody who signed in; a notice tells it",
    "verification.settle_objection": "a notice tells it; the reason given is for the trail alone",
}


def _about_records(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            given = {one.arg: one.value for one in node.keywords}
            kind = given.get("subject_type")
            if isinstance(kind, ast.Constant) and kind.value == "record":
                yield node


def _callers(module: ast.Module, name: str) -> Iterator[ast.AST]:
    """Calls of the function ``name``, and the functions that make them or are it."""
    for function in (node for node in module.body if isinstance(node, ast.FunctionDef)):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        made = [call for call in calls if ast.unparse(call.func) == name]
        yield from made
        if made or function.name == name:
            yield from function.decorator_list


def _acts_of(module: ast.Module) -> Iterator[str]:
    for function in (node for node in module.body if isinstance(node, ast.FunctionDef)):
        for call in _about_records(function):
            named = any(keyword.arg == "action" for keyword in call.keywords)
            yield from literals(call)
            for other in _callers(module, function.name):
                if not isinstance(other, ast.Call):
                    continue
                if not named:
                    yield from literals(other)
                for prefix in prefixes(function) if named else ():
                    first = other.args[0] if other.args else None
                    if isinstance(first, ast.Constant):
                        yield prefix + str(first.value)


def test_every_act_on_a_record_is_listed_or_left_out_for_a_reason() -> None:
    acts = {act for module in sources() for act in _acts_of(module)}
    acts |= {f"enrollment.correction_{state}" for state in CorrectionState}
    assert len(acts) > 20
    assert acts - set(ACCESS_ACTIONS) == set(LEFT_OUT)
