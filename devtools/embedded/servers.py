"""Preparing, starting and stopping each server."""

import ctypes
import locale
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
import redis

from devtools.embedded import programs

DATABASE = "xuejiportal"
READY_TIMEOUT = 60.0
PORTS = range(10_000, 32_000)
SOCKET_PATH_BYTES = 107  # what the kernel allows; the project's directory may be longer
POSTGRESQL_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "jit": "off",
}
# Durability off: test data need not survive a crash.
EPHEMERAL_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
}


class ServerDiedError(RuntimeError):
    """The server exited, or did not answer in time."""


class Server:
    """One server process and its address."""

    stop_signal: signal.Signals

    def __init__(
        self, directory: Path, lock: int, *, durable: bool, log: IO[bytes] | None = None
    ) -> None:
        self.directory, self.lock, self.durable, self.log = directory, lock, durable, log
        self.process: subprocess.Popen[bytes] | None = None
        self.port = free_port()  # reused when the server is restarted
        self.url = ""
        self.note = ""  # what the person who starts it should know

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServerDiedError."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ask the server to stop, and kill it after a timeout."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal if self.durable else signal.SIGQUIT)
        try:
            self.process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _launch(
        self, command: list[str | Path], cwd: Path, account: programs.Account | None
    ) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # The server holds the supervisor's lock as well, even if the supervisor dies.
            pass_fds=[self.lock],
            preexec_fn=_die_with_parent(self.stop_signal),
        )

    def _wait_for(self, ready: Callable[[], object], errors: tuple[type[Exception], ...]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        while True:
            if self.process is None or self.process.poll() is not None:
                raise ServerDiedError("the server ended while starting")
            try:
                ready()
            except errors:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


class Postgresql(Server):
    """A PostgreSQL cluster; its superuser is ``portal``.

    ``socket_url`` leads to it by a Unix socket, empty where the path of one would be too long.
    """

    stop_signal = signal.SIGINT  # "fast": ends sessions, checkpoints, stops
    socket_url = ""

    def start(self) -> None:
        account = programs.unprivileged_account()
        place = self._place(account)
        if not (self.directory / "password").exists():
            _put_aside(place / "data")
        version_file = place / "data" / "PG_VERSION"
        major = int(version_file.read_text()) if version_file.exists() else None
        failures: list[str] = []
        for directory, found in programs.postgresql(major):
            try:
                self._start(directory, found, place, account)
            except (ServerDiedError, OSError, psycopg.OperationalError) as error:
                self.stop()
                failures.append(f"PostgreSQL {found} of {directory} does not run here ({error})")
            else:
                self.note = "; ".join([*failures, f"{directory} is used"] if failures else [])
                return
        raise ServerDiedError("; ".join(failures))

    def _start(
        self, directory: Path, major: int, place: Path, account: programs.Account | None
    ) -> None:
        data = place / "data"
        if account and not programs.can_reach(directory, account):
            directory = programs.copy_programs(directory, place)
        if not (data / "PG_VERSION").exists():
            self._create_cluster(directory, data, major, account)
        # We hold the lock, so no server of ours is running: the file is left from a kill -9.
        (data / "postmaster.pid").unlink(missing_ok=True)
        socket_fits = len(os.fsencode(data / f".s.PGSQL.{self.port}")) <= SOCKET_PATH_BYTES
        settings = POSTGRESQL_SETTINGS | ({} if self.durable else EPHEMERAL_SETTINGS)
        settings |= {"unix_socket_directories": str(data) if socket_fits else ""}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._launch(
            [directory / "postgres", "-D", data, "-p", str(self.port), *options], data, account
        )
        owner = f"postgresql://portal:{quote(self._password())}@"
        address = f"{owner}127.0.0.1:{self.port}"
        self._wait_for(lambda: _ensure_database(address), (psycopg.OperationalError,))
        self.url = f"{address}/{DATABASE}"
        if socket_fits:
            self.socket_url = f"{owner}/{DATABASE}?host={quote(str(data))}&port={self.port}"

    def _place(self, account: programs.Account | None) -> Path:
        if account is None:
            return self.directory
        if programs.can_reach(self.directory, account):
            return self.directory
        return programs.fallback_directory(self.directory)

    def _password(self) -> str:
        return _secret(self.directory / "password")

    def _create_cluster(
        self, directory: Path, data: Path, major: int, account: programs.Account | None
    ) -> None:
        fresh = data.with_name("data.new")  # renamed when whole: a killed start leaves no half
        for left in (fresh, data):
            shutil.rmtree(left, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = data.with_name("password.initdb")
        password_file.write_text(self._password())
        if account:
            os.chown(fresh, account.uid, account.gid)
            os.chown(password_file, account.uid, account.gid)
        locales = ["--locale=C", *_chinese_letters()]
        if major >= 17:
            locales += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        password_file.chmod(0o600)
        try:
            subprocess.run(  # noqa: S603
                [
                    directory / "initdb",
                    *("-D", fresh, "-U", "portal", "--encoding=UTF8", "--auth=scram-sha-256"),
                    *locales,
                    f"--pwfile={password_file}",
                    *(["--no-sync"] if not self.durable else []),
                ],
                cwd=fresh,
                stdout=self.log,
                stderr=self.log,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise ServerDiedError(f"initdb ended with status {error.returncode}") from error
        finally:
            password_file.unlink()
        fresh.rename(data)


class Valkey(Server):
    """A Valkey (or Redis) server that persists its data."""

    stop_signal = signal.SIGTERM

    def start(self) -> None:
        data = self.directory / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        password = _secret(self.directory / "password")
        config = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {password}",
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "daemonize no",
        ]
        config_file = self.directory / "valkey.conf"
        config_file.touch(mode=0o600)
        config_file.write_text("\n".join(config) + "\n")
        self._launch([programs.valkey(), config_file], data, None)
        self.url = f"redis://:{quote(password)}@127.0.0.1:{self.port}/0"
        client = redis.Redis.from_url(self.url)
        self._wait_for(client.ping, (redis.ConnectionError,))
        client.close()


def _chinese_letters() -> list[str]:
    """The initdb option with which pg_trgm treats Chinese characters as letters.

    In the plain C locale it indexes none of them, so a search by name would read every row.
    """
    for name in ("C.UTF-8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return [f"--lc-ctype={name}"]
    return []


SERVERS: dict[str, type[Server]] = {"postgresql": Postgresql, "valkey": Valkey}


def free_port() -> int:
    """A TCP port of the loopback address that is not in use now.

    Below those that outgoing connections get, one of which might take it before the server does.
    """
    for port in [*(secrets.choice(PORTS) for _ in range(50)), 0]:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServerDiedError("no port of the loopback address is free")


def _ensure_database(address: str) -> None:
    with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=5) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, [DATABASE]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _put_aside(data: Path) -> None:
    """Rename a cluster whose password is gone: what was kept beside it has been deleted.

    A private directory's cluster lies elsewhere and outlives ``rm -r var``. Its server may be
    ending: it works in the renamed directory to its end.
    """
    if data.exists():
        left = data.with_name("data.left")
        shutil.rmtree(left, ignore_errors=True)
        data.rename(left)


def _secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """A pre-exec hook by which Linux sends the server ``stop_signal`` when its supervisor dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, int(stop_signal))  # 1 = PR_SET_PDEATHSIG
