"""Production refuses to start half configured; development needs nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tests.portal.environments import (
    COMPLETE,
    FOURTH_KEY,
    KEY,
    OTHER_KEY,
    SENDING,
    THIRD_KEY,
    environment,
    set_all,
)
from tests.portal.fresh_settings import fresh_settings
from xuejiportal.startup.preflight import refuse_other_account

__all__ = ["environment"]
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Python with these arguments in the project, under the environment of the test."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def collect(var: Path) -> None:
    """As if static files had been collected for a portal whose VAR_DIR this is."""
    names = {name: name for finder in get_finders() for name, _place in finder.list([])}
    manifest = var / "static" / "staticfiles.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"paths": names, "version": "1.1", "hash": ""}))


@pytest.mark.parametrize("missing", sorted(set(COMPLETE) - {"PRODUCTION", "ALLOWED_HOSTS"}))
def test_production_names_the_setting_it_misses(
    environment: pytest.MonkeyPatch, missing: str
) -> None:
    set_all(environment, {name: value for name, value in COMPLETE.items() if name != missing})
    with pytest.raises(ImproperlyConfigured, match=missing):
        fresh_settings()


def test_production_names_all_it_misses_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PRODUCTION", "yes")
    environment.delenv("VAR_DIR")
    with pytest.raises(ImproperlyConfigured) as error:
        fresh_settings()
    missing = {"VAR_DIR", *COMPLETE} - {"PRODUCTION", "ALLOWED_HOSTS"}
    assert [name for name in missing if name not in str(error.value)] == []


def test_production_refuses_debug(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, COMPLETE | {"DEBUG": "yes"})
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        fresh_settings()


def test_a_secret_may_come_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(COMPLETE["SECRET_KEY"] + "\n")
    values = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    set_all(environment, values | {"SECRET_KEY_FILE": str(secret)})
    assert fresh_settings()["SECRET_KEY"] == COMPLETE["SECRET_KEY"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRODUCTION", "perhaps"),
        ("VAULT_KEYS", "no-colon"),
        ("VAULT_KEYS", f"a:{KEY},a:{KEY}"),
        ("LOOKUP_KEY", "c2hvcnQ="),
        ("CODE_KEY", "not base64!"),
        ("DATABASE_URL", "sqlite:///x"),
        ("TRUSTED_PROXY_COUNT", "one"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_malformed_value_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(environment, COMPLETE | {name: value})
    with pytest.raises(ImproperlyConfigured, match=name):
        fresh_settings()


def test_development_makes_its_own_secrets_once(environment: pytest.MonkeyPatch) -> None:
    first, second = fresh_settings(), fresh_settings()
    for name in ("SECRET_KEY", "VAULT_KEYS", "LOOKUP_KEY", "CODE_KEYS", "AUDIT_KEY"):
        assert first[name] == second[name]
    assert [first["LOOKUP_KEY"]] != first["CODE_KEYS"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SMS_PROVIDERS": "console"}, "SMS_PROVIDERS"),
        ({"SMS_PROVIDERS": ""}, "SMS_PROVIDERS"),
        ({"EMAIL_TRANSPORT": "file"}, "EMAIL_TRANSPORT"),
        ({"ALLOWED_HOSTS": "portal.example.edu.cn,*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"CODE_KEY": OTHER_KEY}, "CODE_KEY, LOOKUP_KEY"),
        ({"LOOKUP_KEY": f"{OTHER_KEY},{FOURTH_KEY}"}, "rotate_lookup"),
        ({"VAULT_KEYS": f"a:{KEY},b:{THIRD_KEY}"}, "VAULT_KEYS (b)"),
        ({"SECRET_KEY": THIRD_KEY}, ""),
        ({}, ""),
    ],
)
def test_a_web_server_starts_only_with_real_sending(
    environment: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    collect(tmp_path)
    set_all(environment, COMPLETE | SENDING | change)
    loaded = run("-c", "import xuejiportal.wsgi")
    assert (loaded.returncode == 0) is (said == ""), loaded.stderr
    assert said in loaded.stderr


def test_a_web_server_does_not_start_where_its_static_files_are_not(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They were collected under another VAR_DIR: every page would be an empty 500."""
    collect(tmp_path / "another")
    set_all(environment, COMPLETE | SENDING)
    loaded = run("-c", "import xuejiportal.wsgi")
    assert loaded.returncode == 1
    assert f"STATIC_ROOT={tmp_path / 'static'}" in loaded.stderr
    assert "collectstatic" in loaded.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"VAULT_KEYS": "no-colon", "SECRET_KEY": ""}, "Not set: SECRET_KEY"),
        ({"VAULT_KEYS": "no-colon"}, "VAULT_KEYS must read id:base64"),
        ({"VAR_DIR": "/nowhere/at/all"}, "install -d -o xuejiportal"),
        ({}, ""),
    ],
)
def test_a_command_names_a_wrong_setting_in_one_line(
    environment: pytest.MonkeyPatch, change: dict[str, str], said: str
) -> None:
    set_all(environment, COMPLETE | SENDING | change)
    done = run("manage.py", "check")
    assert (done.returncode == 0) is (said == ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_another_account_than_the_services_writes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    refuse_other_account()
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(ImproperlyConfigured, match="sudo deploy/portal"):
        refuse_other_account()
