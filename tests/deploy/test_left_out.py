"""Tests, measurements and demo are out of reach of the services, and nothing misses them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.portal.environments import COMPLETE, SENDING

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("tests", "benchmarks", "devtools")
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
# Everything that web and workers import, with these folders gone.
START = """
import sys
from importlib import import_module
from pkgutil import walk_packages
sys.modules.update(dict.fromkeys(sys.argv[1:]))
import django
django.setup()
from django.apps import apps
names = [app.name for app in apps.get_app_configs()]
assert not set(names) & set(sys.argv[1:]), names
for app in names:
    place = apps.get_app_config(app.split(".")[-1]).path if "." not in app else ""
    if place and "site-packages" not in place:
        for found in walk_packages([place], f"{app}."):
            if found.name != "xuejiportal.wsgi":  # it starts the portal
                import_module(found.name)
import_module("xuejiportal.urls")
print("whole")
"""


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_service_does_not_reach_them(unit: Path) -> None:
    lines = [line for line in unit.read_text().splitlines() if line.startswith("InaccessiblePaths")]
    hidden = " ".join(line.partition("=")[2] for line in lines).split()
    assert {f"-/srv/xuejiportal/{name}" for name in LEFT_OUT} <= set(hidden)


def test_production_is_whole_without_them(tmp_path: Path) -> None:
    values = {**os.environ, **COMPLETE, **SENDING, "VAR_DIR": str(tmp_path)}
    values |= {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", START, *LEFT_OUT],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("whole\n"), done.stderr
