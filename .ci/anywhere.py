#!/usr/bin/env python3
"""Start the portal and import a file from clones in awkward places, as a new user might.

    .ci/anywhere.py PYTHON [PLACE …]

PYTHON is an environment in which requirements/run.txt is installed; an ordinary user installs
one with "make run". Without a PLACE all are tried, one after the other. In each the portal must
answer and take a file, or end with one line that says what to do.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT = 240.0
READY = "Ctrl-C stops it"
LENGTH = 200
USER = "nobody"


class FailedError(Exception):
    """A place in which the portal did not do what it should; the message is its output."""


class Clone:
    """A fresh clone, and the account and environment in which its commands run."""

    def __init__(self, place: Path, python: str, account: str | None = None) -> None:
        self.place, self.python = place, python
        subprocess.run(["git", "clone", "--quiet", f"file://{ROOT}", str(place)], check=True)
        self.user = pwd.getpwnam(account).pw_uid if account else None
        self.environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(place)}
        if self.user is not None:
            for path in (place, *place.rglob("*")):
                os.chown(path, self.user, -1, follow_symlinks=False)

    def command(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        """Start a management command."""
        return self.start(self.python, "manage.py", *arguments, **environ)

    def start(self, *command: str, **environ: str) -> "subprocess.Popen[str]":
        """Start a program in the clone."""
        return subprocess.Popen(
            command,
            cwd=self.place,
            env={**self.environ, **environ},
            user=self.user,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        """Run a management command to its end; what it printed."""
        process = self.command(*arguments)
        output = process.communicate(timeout=START_TIMEOUT)[0]
        if process.returncode:
            raise FailedError(output)
        return output

    @contextmanager
    def serving(self, *command: str) -> Iterator[None]:
        """The portal, answering; started by ``manage.py serve`` or another command."""
        port = str(free_port())
        command = command or (self.python, "manage.py", "serve")
        process = self.start(*command, PORT=port)
        try:
            wait_for(process, READY)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20):
                yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=60)
            self._remove_fallback_directory()

    def _remove_fallback_directory(self) -> None:
        """What root keeps elsewhere for the account of the embedded PostgreSQL."""
        place = "var/embedded/postgresql"
        self.start(self.python, "-m", "devtools.embedded.programs", place).communicate()

    def take_a_file(self) -> None:
        """Import a file of invented students for a school that has none yet."""
        self.run("load_institutions", "tests/data/moe-universities-2025.xls")
        school = ("--institution", "10001", "--name", "北京大学")
        self.run("make_registry", "--rows", "50", *school, "students.csv")
        told = self.run("import_registry", "students.csv")
        if "50" not in told:
            raise FailedError(told)


def wait_for(process: "subprocess.Popen[str]", wanted: str) -> None:
    """Read the output up to ``wanted``. Raises FailedError with the output when it never comes."""
    assert process.stdout is not None
    timer = threading.Timer(START_TIMEOUT, process.kill)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            timer.cancel()
            return
    timer.cancel()
    raise FailedError("".join(lines))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def works(clone: Clone) -> None:
    with clone.serving():
        clone.take_a_file()


def private_as_root(scratch: Path, python: str) -> None:
    private = scratch / "private"
    private.mkdir(mode=0o700)
    works(Clone(private / "portal", python))


def private_as_user(scratch: Path, python: str) -> None:
    """The first start of all, network included, by the command that the README names."""
    private = scratch / "home"
    private.mkdir(mode=0o700)
    clone = Clone(private / "portal", ".venv/bin/python", USER)
    os.chown(private, pwd.getpwnam(USER).pw_uid, -1)
    clone.environ |= {n: v for n, v in os.environ.items() if n.startswith(("PIP_", "UV_", "SSL_"))}
    start = time.monotonic()
    with clone.serving("make", "run", f"PYTHON={interpreter_for(USER)}"):
        print(f"first start, network included: {time.monotonic() - start:.0f} s", flush=True)
        clone.take_a_file()


def interpreter_for(account: str) -> str:
    """A Python that ``account`` may run: one below /root is out of its reach."""
    for candidate in (
        os.path.realpath(sys.executable),
        "/usr/bin/python3",
        "/usr/local/bin/python3",
    ):
        command = ["/usr/bin/env", candidate, "-c", "import ensurepip"]
        if not subprocess.run(
            command, user=account, cwd="/", capture_output=True, check=False
        ).returncode:
            return candidate
    raise FailedError(f"No Python with ensurepip that {account} may run: install python3-venv.")


def blanks_and_chinese(scratch: Path, python: str) -> None:
    works(Clone(scratch / "学籍 门户" / "a b", python))


def long_path(scratch: Path, python: str) -> None:
    rest = LENGTH - len(str(scratch)) - 2
    works(
        Clone(scratch / ("long" * rest)[: rest // 2] / ("path" * rest)[: rest - rest // 2], python)
    )


def bare_environment(scratch: Path, python: str) -> None:
    clone = Clone(scratch / "bare", python)
    clone.environ = {"PATH": os.environ["PATH"], "LANG": "C"}
    works(clone)


def port_taken(scratch: Path, python: str) -> None:
    clone = Clone(scratch / "taken", python)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = clone.command("serve", PORT=str(taken.getsockname()[1]))
        told = process.communicate(timeout=START_TIMEOUT)[0]
    if process.returncode != 1 or "PORT=8001 make run" not in told or "Traceback" in told:
        raise FailedError(told)


def broken_data(scratch: Path, python: str) -> None:
    """Setting up was killed, and a lease names a server that is gone."""
    clone = Clone(scratch / "broken", python)
    data = clone.place / "var/embedded/postgresql/data"
    (data / "base").mkdir(parents=True)
    (data / "global").mkdir()
    (data.parent / "server.json").write_text('{"pid": 1, "url": "postgresql://127.0.0.1:1/x"}')
    works(clone)


def twice_at_once(scratch: Path, python: str) -> None:
    clone = Clone(scratch / "twice", python)
    with clone.serving(), clone.serving():
        clone.take_a_file()


PLACES: dict[str, Callable[[Path, str], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        *(private_as_root, private_as_user, blanks_and_chinese, long_path, bare_environment),
        *(port_taken, broken_data, twice_at_once),
    )
}


def tried(name: str, python: str) -> bool:
    """Try one place; whether it did what it should. Nothing is left of it."""
    scratch = Path(tempfile.mkdtemp(prefix="xuejiportal-anywhere-"))
    scratch.chmod(0o711)
    start = time.monotonic()
    try:
        PLACES[name](scratch, python)
    except FailedError as error:
        print(f"{name}: FAILED after {time.monotonic() - start:.0f} s\n{error}", flush=True)
        return False
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{name}: works, {time.monotonic() - start:.0f} s", flush=True)
    return True


def main() -> int:
    python, *names = sys.argv[1:]
    python = str(Path(python).absolute())
    results = [tried(name, python) for name in names or PLACES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
