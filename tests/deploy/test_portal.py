"""``deploy/portal`` reads the settings as systemd does and runs commands as the service."""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TELL = """#!/bin/sh
echo "$SITE_NAME $PRODUCTION $(id -u)"
"""


@pytest.fixture
def project() -> Iterator[Path]:
    """A checkout whose Python prints its settings and its account; other accounts reach it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "deploy").mkdir()
        (place / "deploy/portal").write_text((ROOT / "deploy/portal").read_text())
        (place / "venv/bin").mkdir(parents=True)
        (place / "venv/bin/python").write_text(TELL)
        for path in (place, *place.rglob("*")):
            path.chmod(0o755)
        yield place


def portal(project: Path, settings: str, account: str = "") -> "subprocess.CompletedProcess[str]":
    (project / "portal.env").write_text(settings)
    name = account or pwd.getpwuid(os.geteuid()).pw_name
    environ = {"PORTAL_ENV": str(project / "portal.env"), "PORTAL_USER": name, "SITE_NAME": "no"}
    return subprocess.run(
        [sys.executable, str(project / "deploy/portal"), "check"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SITE_NAME=学籍门户 <noreply@example.edu.cn>", "学籍门户 <noreply@example.edu.cn>"),
        ("""SITE_NAME='{"code": {"aliyun": "SMS_1"}}'""", '{"code": {"aliyun": "SMS_1"}}'),
        ('SITE_NAME="two words"', "two words"),
        ("# a comment\n; another\n\nSITE_NAME=a#b$c", "a#b$c"),
    ],
)
def test_a_value_is_read_as_systemd_reads_it(project: Path, line: str, value: str) -> None:
    done = portal(project, line)
    assert done.stdout == f"{value} yes {os.geteuid()}\n", done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("\nexport SITE_NAME=x", "line 2: must read NAME=value"),
        ("SITE_NAME = x", "line 1: must read NAME=value"),
        ("SITE_NAME='x", "line 1: ' must stand around the whole value"),
        ("SITE_NAME='x' 'y'", "line 1: ' must stand around the whole value"),
        (r"SITE_NAME=a\b", "SITE_NAME_FILE"),
    ],
)
def test_a_line_that_systemd_reads_differently_is_refused(
    project: Path, line: str, said: str
) -> None:
    done = portal(project, line)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_root_becomes_the_account_of_the_service(project: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    done = portal(project, "SITE_NAME=x", "nobody")
    assert done.stdout == f"x yes {nobody.pw_uid}\n", done.stderr


def test_an_account_that_is_not_there_is_named(project: Path) -> None:
    done = portal(project, "SITE_NAME=x", "no-such-account")
    assert "useradd --system no-such-account" in done.stderr


def test_the_example_is_read_and_asks_for_what_production_demands(project: Path) -> None:
    example = (ROOT / "deploy/portal.env.example").read_text(encoding="utf-8")
    named = {line.partition("=")[0] for line in example.splitlines() if line[:1].isalpha()}
    assert portal(project, example).returncode == 0
    demanded = "SECRET_KEY VAULT_KEYS LOOKUP_KEY CODE_KEY AUDIT_KEY VAR_DIR SITE_URL DATABASE_URL"
    assert {*demanded.split(), "REDIS_URL", "ALLOWED_HOSTS", "SMS_PROVIDERS"} <= named


def test_units_and_commands_read_one_file_for_where_the_data_lies() -> None:
    for unit in (ROOT / "deploy/systemd").glob("portal-*.service"):
        text = unit.read_text()
        assert "\nEnvironmentFile=/etc/xuejiportal/portal.env\n" in text
        assert "Environment=VAR_DIR" not in text, unit.name
    web = (ROOT / "deploy/systemd/portal-web.service").read_text()
    assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in web
