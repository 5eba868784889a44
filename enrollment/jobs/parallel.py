"""Processes that share one piece of work and report home.

Plain forks: the worker's own pool processes are daemons and may not have
children by ``multiprocessing``. What a child needs is simply there, nothing is
copied; what it finds comes back through a pipe.
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
# A child may take this much more address space than its parent had when it was born.
HEADROOM = 512 * 2**20
_PR_SET_PDEATHSIG = 1

Work = Callable[[int, Callable[[Any], None]], None]


class WorkerDiedError(Exception):
    """A child ended without having said that it was done."""


@dataclass
class _Child:
    pid: int
    pipe: Connection


def in_processes(count: int, work: Work) -> Iterator[tuple[int, Any]]:
    """Run ``work(number, send)`` in ``count`` processes; what they send, as (number, message).

    Raises ChildDiedError when one is killed or fails. Leaving the loop, also by
    an exception, ends all of them.
    """
    children = [_born(number, work) for number in range(count)]
    try:
        yield from _messages(children)
    finally:
        for child in children:
            child.pipe.close()
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)


def _born(number: int, work: Work) -> _Child:
    ours, theirs = Pipe(duplex=False)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        theirs.close()
        return _Child(pid, ours)
    code = 1
    try:
        ours.close()
        _be_a_child(parent)
        work(number, theirs.send)
        theirs.send(None)
        code = 0
    except BaseException as error:
        # The kind alone: the text may hold a row.
        logger.error("a process of an import failed: %s", type(error).__name__)
    finally:
        # No clean-up of what belongs to the parent: connections, files, handlers.
        os._exit(code)


def _messages(children: list[_Child]) -> Iterator[tuple[int, Any]]:
    waiting = {child.pipe: number for number, child in enumerate(children)}
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


def _be_a_child(parent: int) -> None:
    """End with the parent, die of the usual signals, and never take the machine's memory."""
    gc.freeze()  # what the parent made is neither searched nor copied
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died meanwhile
            os._exit(1)
        pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115
        limit = pages * resource.getpagesize() + HEADROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
