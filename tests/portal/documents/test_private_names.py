"""The private names of libraries that this code overrides: all are listed, and still there."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.utils.module_loading import import_string

PACKAGES = (
    *"accounts audit database delivery enrollment support".split(),
    *"vault verification xuejiportal".split(),
)
# Documented for subclasses, in spite of the underscore.
DOCUMENTED = {"_open", "_save", "_meta", "_default_manager", "_base_manager", "_is_protocol"}
# Class of ours → private names of its library bases, and why they are needed.
OVERRIDDEN = {
    # A password is compared once, however many ways lead to the account (T4).
    "accounts.sessions.backends.PortalBackend": {
        "_authenticate", "_authenticate_by_phone", "_check_password",
    },
    # Sessions are kept under a keyed hash of their key. A new key is not looked for before it is
    # stored: a query at each sign-in, where the primary key refuses what exists.
    "accounts.sessions.store.SessionStore": {
        "_get_new_session_key", "_get_or_create_session_key", "_session_key",
    },
    # A right password is no failure: django-allauth has no public hook for that.
    "accounts.sign_in.adapter.AccountAdapter": {"_rollback_login_failed_rl_usage"},
    # The name that authenticator apps show, without the table of django.contrib.sites.
    "accounts.sign_in.mfa_adapter.FactorAdapter": {"_get_site_name"},
}  # fmt: skip
# Middleware of ours that derives from Django's.
DERIVED = [
    # The account comes with the session: one query in place of two.
    "accounts.sessions.store.SignedInMiddleware",
    # What a form sends after the session has ended is kept for its sender.
    "accounts.sessions.kept_forms.SignInMiddleware",
]
DJANGOS_OWN = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def test_no_private_name_of_a_library_is_overridden_unlisted_and_those_listed_are_there() -> None:
    """Fails for a new override, and when a library renames what an old one overrides."""
    found = {path: names for path, names in _overridden() if names}
    assert found == OVERRIDDEN


def test_no_private_name_is_imported_from_a_library() -> None:
    imported = [
        f"{module.__name__}: {node.module}.{alias.name}"
        for module in _modules()
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and not _is_ours(node.module)
        for alias in node.names
        if any(_is_private(part) for part in (*node.module.split("."), alias.name))
    ]
    assert imported == []


def test_djangos_middleware_is_used_as_it_is() -> None:
    used = [name for name in settings.MIDDLEWARE if name.startswith("django.")]
    assert used == DJANGOS_OWN
    assert "csp.middleware.CSPMiddleware" in settings.MIDDLEWARE
    derived = [path for path in filter(_is_ours, settings.MIDDLEWARE) if _bases_of(path)]
    assert derived == DERIVED


def _bases_of(path: str) -> list[type]:
    return [base for base in import_string(path).__mro__[1:] if base is not object]


def _overridden() -> Iterator[tuple[str, set[str]]]:
    for module in _modules():
        for name, kept in vars(module).items():
            if inspect.isclass(kept) and kept.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", _private_of_library(kept)


def _private_of_library(kept: type) -> set[str]:
    """Private names defined in ``kept`` or called on ``self`` that a library's base defines."""
    bases = [base for base in kept.__mro__ if not _is_ours(base.__module__)]
    known = {name for base in bases for name in vars(base)}
    used = {name for name in vars(kept) if inspect.isfunction(vars(kept)[name])}
    for function in filter(inspect.isfunction, vars(kept).values()):
        used.update(function.__code__.co_names)
    return {name for name in used & known if _is_private(name)} - DOCUMENTED


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" not in found.name and found.name != "xuejiportal.wsgi":
                yield importlib.import_module(found.name)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in PACKAGES


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_") and not name.startswith("__")
