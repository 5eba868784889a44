"""The image and compose.yaml agree with the units and with the command that makes settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def new_settings(file: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(DEPLOY / "new-settings"), *options]
    return subprocess.run(
        [*command, "portal.example.org", str(file)], capture_output=True, text=True, check=False
    )


def values(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line[:1].isalpha())


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_new_settings_have_keys_of_their_own_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    made = [tmp_path / "one.env", tmp_path / "two.env"]
    for file in made:
        assert new_settings(file).returncode == 0
        assert file.stat().st_mode & 0o777 == 0o600
    one, two = map(values, made)
    for name in ("SECRET_KEY", "VAULT_KEYS", "LOOKUP_KEY", "CODE_KEY", "AUDIT_KEY"):
        assert len(one[name]) > 40
        assert one[name] != two[name]
    assert one["SITE_URL"] == "https://portal.example.org"


def test_settings_that_exist_are_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "portal.env"
    file.write_text("SECRET_KEY=kept\n")
    done = new_settings(file)
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert file.read_text() == "SECRET_KEY=kept\n"


def test_compose_reads_only_what_the_command_writes(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert new_settings(file, "--compose").returncode == 0
    asked = re.findall(r"(?<!\$)\$\{(\w+)\}", (DEPLOY / "compose.yaml").read_text())
    assert {"HOST", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"} == {*asked}
    assert {*asked} <= values(file).keys()
    assert values(file)["POSTGRES_PASSWORD"] in values(file)["DATABASE_URL"]


@pytest.mark.parametrize("name", ["worker", "importer", "sender"])
def test_a_worker_of_a_container_has_the_options_of_its_unit(name: str) -> None:
    unit = (DEPLOY / f"systemd/portal-{name}.service").read_text()
    [start] = re.findall(r"^ExecStart=\S+/celery (.*)$", unit, re.MULTILINE)
    assert compose()["services"][name]["command"][1:] == start.replace("%%h", "%h").split()


def test_every_container_is_confined() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert "USER 10001" in (DEPLOY / "Containerfile").read_text().splitlines()
