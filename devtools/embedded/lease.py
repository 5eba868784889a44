"""Starting and sharing the embedded servers.

Every process that uses a server holds a shared lock on its ``users`` file. The supervisor waits
for the exclusive lock on that file, which is granted when the last user has ended, even by a
kill; then it stops the server.
"""

import atexit
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

START_TIMEOUT = 90.0  # seconds; the first start includes initdb, perhaps on a slow disk
STOP_TIMEOUT = 30.0
SERVICES = {"DATABASE_URL": "postgresql", "REDIS_URL": "valkey"}
PROJECT = Path(__file__).resolve().parents[2]


class EmbeddedServerError(RuntimeError):
    """An embedded server could not be started; the message says what to do."""


_held: dict[Path, int] = {}


def provide(environ: MutableMapping[str, str]) -> None:
    """Set ``DATABASE_URL`` and ``REDIS_URL`` where they are missing, starting servers.

    Data is kept under ``VAR_DIR`` (default ``var/`` beside manage.py). The servers stop when the
    last process that called this function has ended. Raises EmbeddedServerError if no server can
    be started.
    """
    base = Path(environ.get("VAR_DIR") or PROJECT / "var").absolute() / "embedded"
    _provide(environ, base, durable=True)


def ephemeral(environ: MutableMapping[str, str]) -> None:
    """Set both variables to new servers tuned for tests, which are deleted after use."""
    if all(_is_set(environ, variable) for variable in SERVICES):
        return
    base = Path(tempfile.mkdtemp(prefix="xuejiportal-test-"))
    base.chmod(0o711)  # the server's own account must be able to reach its directory
    atexit.register(_remove, base, os.getpid())
    _provide(environ, base, durable=False)


def release() -> None:
    """Release this process's locks and wait until the servers it used have stopped.

    Does not wait for a server that another process still uses.
    """
    for directory, lock in list(_held.items()):
        del _held[directory]
        os.close(lock)
        _wait_until_stopped(directory)


def _provide(environ: MutableMapping[str, str], base: Path, *, durable: bool) -> None:
    missing = {var: name for var, name in SERVICES.items() if not _is_set(environ, var)}
    try:
        starting = {var: _hold(base / name, name, durable) for var, name in missing.items()}
    except OSError as error:  # made by another account, or on a disk that is full
        raise EmbeddedServerError(
            f"{error.filename}: {error.strerror}. The portal keeps its data in {base.parent}: "
            "make it yours, or choose another place, such as VAR_DIR=$HOME/portal make run"
        ) from error
    for variable, start in starting.items():
        environ[variable] = start.url()


def _is_set(environ: MutableMapping[str, str], variable: str) -> bool:
    return bool(environ.get(variable) or environ.get(f"{variable}_FILE"))


class _Start:
    """A server that is running, or starting while the start lock is held."""

    def __init__(self, directory: Path, lock: int, supervisor: "subprocess.Popen[bytes] | None"):
        self.directory, self.lock, self.supervisor = directory, lock, supervisor

    def url(self) -> str:
        """The server's address, once it answers. Raises EmbeddedServerError."""
        deadline = time.monotonic() + START_TIMEOUT
        try:
            while (url := running_url(self.directory)) is None:
                self._fail_if_dead(late=time.monotonic() > deadline)
                time.sleep(0.02)
            if self.supervisor and (note := _state(self.directory).get("note")):
                sys.stderr.write(f"{note}\n")
            return url
        finally:
            os.close(self.lock)

    def _fail_if_dead(self, *, late: bool) -> None:
        if late or self.supervisor is None or self.supervisor.poll() is not None:
            log = self.directory / "keeper.log"
            lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
            reason = lines[-1] if lines else "no answer in time"
            raise EmbeddedServerError(
                f"The embedded {self.directory.name} server could not be started: {reason}\n"
                f"Its log: {log}. If what it keeps is damaged, make clean removes it with all "
                f"data; or name a server of yours in {self._variable()}."
            )

    def _variable(self) -> str:
        return next(name for name, service in SERVICES.items() if service == self.directory.name)


def _hold(directory: Path, service: str, durable: bool) -> _Start:
    directory.mkdir(parents=True, exist_ok=True)
    if directory not in _held:
        # Blocks while a supervisor, which holds the lock exclusively, is stopping its server.
        _held[directory] = _locked(directory / "users", fcntl.LOCK_SH)
    start_lock = _locked(directory / "start", fcntl.LOCK_EX)
    if running_url(directory) is not None:
        return _Start(directory, start_lock, None)
    (directory / "server.json").unlink(missing_ok=True)
    return _Start(directory, start_lock, _spawn_supervisor(directory, service, durable))


def _spawn_supervisor(directory: Path, service: str, durable: bool) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "devtools.embedded.supervisor", service, str(directory)]
    if not durable:
        command.append("--ephemeral")
    with (directory / "keeper.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal does not reach the supervisor
        )


def running_url(directory: Path) -> str | None:
    """The address of the server running in ``directory``, or None."""
    try:
        state = _state(directory)
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError):
        return None
    # The supervisor's lock distinguishes it from another process with a reused pid.
    return None if _lock_is_free(directory / "keeper") else str(state["url"])


def _state(directory: Path) -> dict[str, Any]:
    """What the keeper has published of its server. Raises OSError and ValueError."""
    state: dict[str, Any] = json.loads((directory / "server.json").read_text())
    return state


def _locked(path: Path, mode: int) -> int:
    """The descriptor of ``path``, created if needed and locked."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, mode)
    return descriptor


def _lock_is_free(path: Path) -> bool:
    try:
        os.close(_locked(path, fcntl.LOCK_SH | fcntl.LOCK_NB))
    except FileNotFoundError:
        return True  # an ephemeral server, already removed
    except BlockingIOError:
        return False
    return True


def _wait_until_stopped(directory: Path) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT
    while time.monotonic() < deadline:
        if _lock_is_free(directory / "keeper"):
            return
        if _in_use_by_others(directory / "users"):
            return
        time.sleep(0.02)


def _in_use_by_others(users: Path) -> bool:
    """Whether other processes share the lock; the stopping supervisor's own does not count."""
    try:
        os.close(_locked(users, fcntl.LOCK_EX | fcntl.LOCK_NB))
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return _lock_is_free(users)
    return False


def _remove(base: Path, owner: int) -> None:
    if os.getpid() == owner:
        release()
        shutil.rmtree(base, ignore_errors=True)
