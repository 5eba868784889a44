"""The one command: everything starts, answers, works and stops."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from devtools.embedded import lease, programs
from devtools.embedded.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
QUEUE = """
from delivery.services import queue_email
queue_email(to="lihua@example.com", subject="hello", text="from a shell", purpose="test")
"""


def letters_to(address: str, folder: Path) -> list[Path]:
    """The letters to ``address``; the demo school has written others."""
    return [letter for letter in folder.glob("*.eml") if f"To: {address}" in letter.read_text()]


def environ(tmp_path: Path, port: int) -> dict[str, str]:
    """As on a stranger's machine: no server is named."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "VAR_DIR": str(tmp_path / "var"), "PORT": str(port)}


def manage(*arguments: str, env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", wanted: str, seconds: float = 170) -> str:
    """The output up to the line that holds ``wanted``; the process is ended if it never comes."""
    assert process.stdout is not None
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            break
    timer.cancel()
    text = "".join(lines)
    assert wanted in text, text
    return text


def processes_with(text: str) -> list[str]:
    """Command lines of running processes that hold ``text``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in command:
            found.append(command)
    return found


@pytest.mark.slow
def test_first_start_answers_sends_and_stops_without_a_trace(tmp_path: Path) -> None:
    port = free_port()
    env = environ(tmp_path, port)
    serving = manage("serve", env=env)
    try:
        read_until(serving, f"http://localhost:{port}/")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            assert answer.status == 200

        taken = manage("serve", env=env)
        assert f"Port {port} cannot be used" in taken.communicate(timeout=60)[0]
        assert taken.returncode == 1

        # A message queued by another command is sent by the worker that is running.
        shell = manage("shell", "-c", QUEUE, env=env)
        assert "Traceback" not in shell.communicate(timeout=60)[0]
        sent = tmp_path / "var" / "outbox" / "email"
        ended = threading.Event()
        for _ in range(300):
            if letters_to("lihua@example.com", sent) or ended.wait(0.1):
                break
        assert len(letters_to("lihua@example.com", sent)) == 1
    finally:
        serving.send_signal(signal.SIGINT)
        output = serving.communicate(timeout=60)[0]
    assert serving.returncode == 0, output
    assert "Traceback" not in output
    assert processes_with(str(tmp_path)) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    embedded = tmp_path / "var" / "embedded"
    programs.remove_fallback_directory(embedded / "postgresql")
    assert all(lease._lock_is_free(embedded / name / "keeper") for name in ("postgresql", "valkey"))
