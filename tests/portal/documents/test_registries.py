"""Every registry and signal by which an upper app plugs in is listed with who uses it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APPS = ("accounts", "audit", "delivery", "enrollment", "support", "vault", "verification")
ROW = re.compile(r"^\| `([a-z_.]+)\.([a-z_]+)` \| .+ \| (`.+`) \|$", re.MULTILINE)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax of every module of the apps."""
    for app in APPS:
        for path in Path(app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield str(path), ast.parse(path.read_text("utf-8"))


def offered(tree: ast.Module) -> Iterator[str]:
    """The registries and signals that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            if node.name.startswith("register_") and node.args.args:
                yield node.name
        elif isinstance(node, ast.Assign) and ast.unparse(node.value) == "Signal()":
            yield ast.unparse(node.targets[0])


def used(tree: ast.Module) -> Iterator[str]:
    """The names that a module calls, or connects to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            if function == "receiver":
                yield ast.unparse(node.args[0]).rpartition(".")[2]
            else:
                yield function.removesuffix(".connect").rpartition(".")[2]


def test_architecture_lists_every_registry_and_signal_with_who_uses_it() -> None:
    found = list(modules())
    places = {
        name: path.removesuffix(".py").replace("/", ".")
        for path, tree in found
        for name in offered(tree)
    }
    expected = {
        (place, name, path)
        for path, tree in found
        for name in used(tree)
        if (place := places.get(name)) and place.replace(".", "/") + ".py" != path
    }
    text = Path("docs/architecture.md").read_text("utf-8")
    listed = {
        (place, name, path)
        for place, name, paths in ROW.findall(text)
        if name.startswith("register_") or place.endswith(".signals")
        for path in re.findall("`(.+?)`", paths)
    }
    assert {name for _, name, _ in expected} == set(places)
    assert listed == expected
