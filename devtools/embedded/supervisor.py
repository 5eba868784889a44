"""The supervisor process: runs one server for as long as it is in use.

Started by ``lease``, as ``python -m devtools.embedded.supervisor SERVICE DIRECTORY``.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from devtools.embedded.programs import NoProgramError, remove_fallback_directory
from devtools.embedded.servers import SERVERS, Server, ServerDiedError

LOCK_TIMEOUT = 60.0


def main() -> int:
    """Start the server, publish its address, wait until it is unused, and stop it."""
    service, directory = sys.argv[1], Path(sys.argv[2])
    durable = "--ephemeral" not in sys.argv[3:]
    lock = _own(directory / "keeper")
    server = SERVERS[service](directory, lock, durable=durable)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    state = directory / "server.json"
    users = os.open(directory / "users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        server.start()
        _publish(state, server)
        fcntl.flock(users, fcntl.LOCK_EX)  # granted when the last user has ended
    except (NoProgramError, ServerDiedError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        state.unlink(missing_ok=True)
        server.stop()
        if not durable:
            _delete(directory)
    return 0


def _own(path: Path) -> int:
    """The descriptor of the supervisor's lock; waits for a predecessor that is stopping."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return descriptor


def _publish(state: Path, server: Server) -> None:
    fresh = state.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"pid": os.getpid(), "url": server.url, "note": server.note}))
    fresh.rename(state)


def _delete(directory: Path) -> None:
    remove_fallback_directory(directory)
    shutil.rmtree(directory, ignore_errors=True)
    with contextlib.suppress(OSError):  # the other ephemeral server still exists
        directory.parent.rmdir()


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
