"""How every benchmark is started and ended."""

import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

NAMES = sorted(path.stem for path in (Path(settings.BASE_DIR) / "benchmarks").glob("[a-z]*.py"))
SERVING = """
from contextlib import contextmanager
from time import sleep
from benchmarks.tools.harness import exit_with

@contextmanager
def serving():
    try:
        yield
    finally:
        print("stopped", flush=True)

def main():
    with serving():
        print("started", flush=True)
        sleep(60)
    return 0

exit_with(main)
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_is_told_its_size_by_rows(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    assert ended.value.code == 0
    assert "--rows" in capsys.readouterr().out


def test_a_benchmark_that_is_terminated_stops_what_it_started() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVING], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "started\n"
    process.terminate()
    told, _ = process.communicate(timeout=30)
    assert told == "stopped\n"
    assert process.returncode == 128 + signal.SIGTERM
