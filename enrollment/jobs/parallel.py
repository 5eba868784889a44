"""Run one job in several forked processes and collect their messages.

Uses ``os.fork``: Celery's pool processes are daemons, which may not start
``multiprocessing`` children. A forked process inherits its input, so nothing is
pickled on the way in; its results return through a pipe.
"""

import ctypes
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, cast

logger = logging.getLogger(__name__)
# Address space that a worker may use beyond the size of its parent at the fork.
HEADROOM = 512 * 2**20
_PR_SET_PDEATHSIG = 1

Work = Callable[[int, Callable[[Any], None]], None]


class WorkerDiedError(Exception):
    """A worker process ended before it reported completion."""


@dataclass
class _Worker:
    pid: int
    pipe: Connection


def in_processes(count: int, work: Work) -> Iterator[tuple[int, Any]]:
    """Run ``work(number, send)`` in ``count`` processes and yield (number, message) as sent.

    Raises WorkerDiedError when a process is killed or fails. All processes are
    killed when the caller leaves the loop, also by an exception.
    """
    workers = [_fork(number, work) for number in range(count)]
    try:
        yield from _messages(workers)
    finally:
        for worker in workers:
            worker.pipe.close()
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)


def _fork(number: int, work: Work) -> _Worker:
    ours, theirs = Pipe(duplex=False)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        theirs.close()
        return _Worker(pid, ours)
    code = 1
    try:
        ours.close()
        _setup_worker(parent)
        work(number, theirs.send)
        theirs.send(None)
        code = 0
    except BaseException as error:
        # Log the type only: the message may contain a row.
        logger.error("a process of an import failed: %s", type(error).__name__)
    finally:
        # Skip clean-up: connections, files and handlers belong to the parent.
        os._exit(code)


def _messages(workers: list[_Worker]) -> Iterator[tuple[int, Any]]:
    waiting = {worker.pipe: number for number, worker in enumerate(workers)}
    while waiting:
        for pipe in wait(list(waiting)):
            try:
                message = cast("Connection", pipe).recv()
            except EOFError as error:
                raise WorkerDiedError from error
            if message is None:
                del waiting[cast("Connection", pipe)]
            else:
                yield waiting[cast("Connection", pipe)], message


def _setup_worker(parent: int) -> None:
    """Tie the process to its parent, restore default signals and cap its memory."""
    gc.freeze()  # keeps the parent's objects out of collection, so their pages stay shared
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died meanwhile
            os._exit(1)
        pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115
        limit = pages * resource.getpagesize() + HEADROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
