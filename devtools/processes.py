"""A runner for parallel child processes: start, prefix output, stop together."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import TextIO

STOP_TIMEOUT = 20.0


class Processes:
    """Child processes that are started and stopped together."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._children: dict[str, subprocess.Popen[str]] = {}
        self._stopping = threading.Event()

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Start a child process; its output lines are printed with its name in front."""
        child = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches only this process, which stops the others
            preexec_fn=_die_with_parent(),
        )
        self._children[name] = child
        threading.Thread(target=self._relay, args=(name, child), daemon=True).start()

    def wait(self) -> str | None:
        """Wait for Ctrl-C or SIGTERM (returns None), or for a child to end (returns its name)."""
        while not self._stopping.wait(0.2):
            if ended := self.ended():
                return ended
        return None

    def ended(self) -> str | None:
        """The name of a child that is no longer running, or None."""
        return next((n for n, child in self._children.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """Terminate all children, and kill those that do not stop in time."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def stop_on_signals(self) -> None:
        """Make Ctrl-C and SIGTERM end ``wait``."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @property
    def stopping(self) -> bool:
        """Whether Ctrl-C or SIGTERM has been received."""
        return self._stopping.is_set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _relay(self, name: str, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            self._output.write(f"{name:<8} | {line.rstrip()}\n")
            self._output.flush()


def _die_with_parent() -> Callable[[], None] | None:
    """A pre-exec hook by which Linux ends the child when this process is killed."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, int(signal.SIGTERM))  # 1 = PR_SET_PDEATHSIG
