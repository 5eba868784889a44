"""A process of its own for a file that a stranger gave, with limits on its time and memory."""

import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 4
MEMORY = 2**30
# Wall clock limit for a busy machine; processor time has a limit of its own.
WALL_SECONDS = 60


class ChildFailedError(Exception):
    """The process failed or was ended; ``code`` is what it said, None where it reached a limit."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


def limit_this_process() -> None:
    """Let this process use CPU_SECONDS and MEMORY at most; for the process itself to call."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def read_in_child(module: str, *arguments: int, data: bytes) -> bytes:
    """What ``python -m module`` writes when it is given ``data``. Raises ChildFailedError.

    A hostile file can at worst end that process.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    try:
        done = subprocess.run(  # noqa: S603  fixed command, the file is its standard input
            command, input=data, capture_output=True, cwd=ROOT, check=False, timeout=WALL_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailedError(None) from error
    if done.returncode:
        raise ChildFailedError(done.returncode if done.returncode > 0 else None)
    return done.stdout
