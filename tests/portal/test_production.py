"""Production refuses to start half configured; development needs nothing."""

import json
import subprocess
import sys
import traceback
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
        ("LOOKUP_KEY", "密钥"),
        ("VAR_DIR", '"/var/lib/xuejiportal"'),
        ("DATABASE_URL", "postgresql://portal@db.internal"),
        ("DATABASE_URL", "postgresql://portal@db.internal:99999/portal"),
        ("REDIS_URL", "cache.internal:6379"),
        ("REDIS_URL", "redis://cache.internal/zero"),
        ("SITE_URL", "portal.example.edu.cn"),
        ("SITE_URL", "https://portal.example.edu.cn:port"),
        ("EMAIL_URL", "smtp://mail.internal:587?tsl=1"),
        ("ALIYUN_SMS_ENDPOINT", "dysmsapi.aliyuncs.com"),
        ("CAMPUS_NETWORKS", "203.0.113.5/24"),
        ("CAMPUS_NETWORKS", "203.0.113.0/24，198.51.100.0/24"),
        ("LOG_LEVEL", "verbose"),
        ("LOG_SYSLOG", "logs.internal"),
        ("LOG_SYSLOG", "udp://logs.internal:port"),
    ],
)
def test_a_malformed_value_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(environment, COMPLETE | {name: value})
    with pytest.raises(ImproperlyConfigured, match=name):
        fresh_settings()


@pytest.mark.parametrize("sign", ["#", "/", "?", "[", "x#", "1#", "1/", "1?"])
@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgresql://portal:{}@db.internal/portal"),
        ("REDIS_URL", "redis://:{}@cache.internal/0"),
        ("EMAIL_URL", "smtp://portal:{}@mail.internal:587?tls=1"),
    ],
)
def test_a_password_that_cuts_its_url_short_is_told_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, url: str, sign: str
) -> None:
    set_all(environment, COMPLETE | {name: url.format(f"{sign}Tr1cky")})
    with pytest.raises(ImproperlyConfigured, match=f"{name} cannot be read.*%23") as refused:
        fresh_settings()
    assert "Tr1cky" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("end", ["\r", "  ", "\r\n"])
def test_the_end_of_a_line_belongs_to_no_value(environment: pytest.MonkeyPatch, end: str) -> None:
    set_all(environment, {name: value + end for name, value in COMPLETE.items()})
    read = fresh_settings()
    assert read["SITE_URL"] == COMPLETE["SITE_URL"]
    assert read["REDIS_URL"] == COMPLETE["REDIS_URL"]
    assert read["DATABASES"]["default"]["NAME"] == "portal"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\xef\xbb\xbfnot base64!"])
def test_a_file_that_holds_no_key_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)
    set_all(environment, COMPLETE | {"LOOKUP_KEY_FILE": str(tmp_path / "key")})
    with pytest.raises(ImproperlyConfigured, match="LOOKUP_KEY"):
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
        ({"ALLOWED_HOSTS": "portal.example.edu.cn:443"}, "xuejiportal.E007"),
        ({"ALLOWED_HOSTS": "https://portal.example.edu.cn"}, "xuejiportal.E007"),
        ({"ALLOWED_HOSTS": "portal.example.edu.cn other.example"}, "xuejiportal.E007"),
        ({"SITE_URL": "http://portal.example.edu.cn"}, "xuejiportal.E008"),
        ({"SITE_URL": "https://portal.example.edu.cn/portal"}, "xuejiportal.E008"),
        ({"SITE_URL": "https://other.example.edu.cn"}, "xuejiportal.E009"),
        ({"SMS_PROVIDERS": "alibaba"}, "delivery.E006"),
        ({"EMAIL_TRANSPORT": "sendmail"}, "delivery.E006"),
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
    assert "Traceback" not in loaded.stderr


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


def test_a_database_that_refuses_says_why_and_shows_no_password(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = f"postgresql://portal:Tr1cky@/portal?host={tmp_path}"
    set_all(environment, COMPLETE | SENDING | {"DATABASE_URL": away})
    done = run("manage.py", "doctor")
    [told] = [line for line in done.stdout.splitlines() if "database:" in line]
    assert str(tmp_path) in told, told
    assert "Tr1cky" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
