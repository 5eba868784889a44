"""The embedded servers: found, started once, stopped by the last one out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

from devtools.embedded import lease, programs, servers

ROOT = Path(__file__).resolve().parents[2]
# Prints the addresses, then uses the servers until its standard input is closed.
USER = """
import json, sys
from devtools.embedded import provide
environ = {"VAR_DIR": sys.argv[1]}
provide(environ)
print(json.dumps(environ), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the embedded servers below ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._environ: dict[str, str] = {}

    @property
    def environ(self) -> dict[str, str]:
        """The variables it was given, once its servers answer."""
        if not self._environ:
            assert self.process.stdout is not None
            self._environ = json.loads(self.process.stdout.readline())
        return self._environ

    def leave(self) -> None:
        """End as a command ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A place for servers whose path is longer than a unix socket's may be."""
    place = tmp_path / ("学籍 " + "long" * 25)
    yield place
    wait_until(lambda: not running(place))


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def running(directory: Path) -> list[str]:
    """The services below ``directory`` of which some process is left."""
    embedded = directory / "embedded"
    names = [path.name for path in embedded.iterdir()] if embedded.exists() else []
    return [name for name in names if not lease._lock_is_free(embedded / name / "keeper")]


def supervisor_pid(directory: Path, service: str) -> int:
    state = json.loads((directory / "embedded" / service / "server.json").read_text())
    return int(state["pid"])


@pytest.mark.slow
def test_two_commands_at_once_share_one_pair_of_servers_and_the_last_stops_it(
    directory: Path,
) -> None:
    first, second = User(directory), User(directory)
    assert first.environ == second.environ
    with psycopg.connect(first.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 20 AS answer")
        connection.execute("CREATE EXTENSION pg_trgm")
    redis.Redis.from_url(first.environ["REDIS_URL"]).set("kept", "yes")

    first.leave()
    with psycopg.connect(second.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(20,)]
    second.leave()
    wait_until(lambda: not running(directory))

    third = User(directory)  # and what was written is still there
    with psycopg.connect(third.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(20,)]
    assert redis.Redis.from_url(third.environ["REDIS_URL"]).get("kept") == b"yes"
    third.leave()


@pytest.mark.slow
def test_a_killed_user_leaves_no_server_and_a_killed_supervisor_no_broken_data(
    directory: Path,
) -> None:
    user = User(directory)
    with psycopg.connect(user.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 20 AS answer")
    os.kill(supervisor_pid(directory, "postgresql"), signal.SIGKILL)
    wait_until(lambda: running(directory) == ["valkey"])

    other = User(directory)
    assert other.environ["REDIS_URL"] == user.environ["REDIS_URL"]
    with psycopg.connect(other.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(20,)]

    for process in (user.process, other.process):
        process.kill()
        process.wait()
    wait_until(lambda: not running(directory))


@pytest.mark.slow
def test_after_var_was_deleted_while_servers_were_ending_the_next_start_works(
    directory: Path,
) -> None:
    user = User(directory)
    assert user.environ
    keepers = [supervisor_pid(directory, service) for service in ("postgresql", "valkey")]
    user.leave()
    while (directory / "embedded").exists():  # files that the servers write as they end
        shutil.rmtree(directory / "embedded", ignore_errors=True)

    other = User(directory)
    with psycopg.connect(other.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    other.leave()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in keepers))
    programs.remove_fallback_directory(directory / "embedded/postgresql")


@pytest.mark.slow
def test_in_a_private_directory_no_permission_is_widened(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    user = User(private / "var")
    with psycopg.connect(user.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    user.leave()
    wait_until(lambda: not running(private / "var"))
    assert private.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:  # another account runs PostgreSQL, out of reach of private
        programs.remove_fallback_directory(private / "var" / "embedded" / "postgresql")


def test_programs_copied_out_of_a_private_directory_find_their_libraries(tmp_path: Path) -> None:
    """Below a directory such as /root the account that runs PostgreSQL needs a copy."""
    directory, _ = programs.postgresql(None)[0]
    copied = programs.copy_programs(directory, tmp_path)
    for program in ("initdb", "postgres"):
        done = subprocess.run(
            [copied / program, "--version"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert programs.copy_programs(directory, tmp_path) == copied


def test_without_any_program_the_message_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "_postgresql_directories", list)
    with pytest.raises(programs.NoProgramError, match="DATABASE_URL"):
        programs.postgresql(None)
    monkeypatch.setattr(programs, "_package_directory", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(programs.NoProgramError, match="REDIS_URL"):
        programs.valkey()


@pytest.mark.slow
def test_where_the_first_programs_do_not_run_the_next_do_and_the_reason_is_told(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(real, major), *_others] = programs.postgresql(None)
    broken = tmp_path / "broken"
    broken.mkdir()
    broken.chmod(0o755)
    for name in ("initdb", "postgres"):
        (broken / name).write_text("#!/bin/sh\nexit 127\n")
        (broken / name).chmod(0o755)
    choices = [(broken, major), (real, major)]
    monkeypatch.setattr(programs, "postgresql", lambda wanted: choices)
    place = directory / "embedded" / "postgresql"
    place.mkdir(parents=True)
    for path in (directory, directory / "embedded", place):
        path.chmod(0o711)
    lock = os.open(place / "keeper", os.O_RDWR | os.O_CREAT)
    server = servers.Postgresql(place, lock, durable=False)
    try:
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert f"{broken} does not run here (initdb ended with status 127)" in server.note
    finally:
        server.stop()
        os.close(lock)
        programs.remove_fallback_directory(place)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fits"), [("s", True), ("长" * 40, False)])
def test_a_unix_socket_is_offered_where_its_path_is_short_enough(name: str, fits: bool) -> None:
    with TemporaryDirectory(dir="/tmp", prefix="p") as short:
        place = Path(short) / name
        place.mkdir()
        for path in (place.parent, place):
            path.chmod(0o711)
        lock = os.open(place / "keeper", os.O_RDWR | os.O_CREAT)
        server = servers.Postgresql(place, lock, durable=False)
        try:
            server.start()
            assert bool(server.socket_url) == fits
            with psycopg.connect(server.socket_url or server.url) as connection:
                reached_by = connection.execute("SELECT inet_server_addr() IS NULL").fetchone()
            assert reached_by == (fits,)
        finally:
            server.stop()
            os.close(lock)
            programs.remove_fallback_directory(place)


def test_a_var_of_another_account_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(lease, "_locked", refuse)
    with pytest.raises(lease.EmbeddedServerError, match="VAR_DIR="):
        lease.provide({"VAR_DIR": str(tmp_path)})


@pytest.mark.slow
def test_damaged_data_are_named_with_what_to_do(directory: Path) -> None:
    data = directory / "embedded" / "valkey" / "data" / "appendonlydir"
    data.mkdir(parents=True)
    (data / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(lease.EmbeddedServerError, match="make clean") as error:
        lease.provide({"VAR_DIR": str(directory), "DATABASE_URL": "postgresql://127.0.0.1/x"})
    lease.release()
    assert "Traceback" not in str(error.value)


@pytest.mark.slow
def test_throw_away_servers_leave_nothing_even_below_a_private_directory(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    code = "import os; from devtools.embedded import lease; lease.ephemeral(os.environ); "
    code += "import psycopg; psycopg.connect(os.environ['DATABASE_URL']).close(); "
    code += "print(*lease._held)"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, "TMPDIR": str(private)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(private.iterdir()) == []
    places = [programs._fallback_path(Path(name)) for name in done.stdout.split()]
    assert len(places) == 2
    assert not any(place.exists() for place in places)


def test_addresses_that_are_given_are_left_alone() -> None:
    environ = {"DATABASE_URL_FILE": "/run/secrets/database", "REDIS_URL": "redis://example/0"}
    lease.provide(environ)
    assert environ == {
        "DATABASE_URL_FILE": "/run/secrets/database",
        "REDIS_URL": "redis://example/0",
    }
