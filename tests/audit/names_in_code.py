"""Names of acts as the code writes them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

APPS = "accounts audit delivery enrollment support vault verification xuejiportal".split()


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
