"""How a benchmark is run here: A and B in turns, clean rounds only, ratio of medians."""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import django
import psutil  # type: ignore[import-untyped]

from devtools.embedded import ephemeral
from devtools.embedded.lease import SERVICES

CLEAN_ROUNDS = 5
MAX_ROUNDS = 15
DISTURBANCE = 0.1  # cores that other processes may use during a round


class Cost(float):
    """Seconds of wall time, and in ``cpu`` the processor seconds of all processes involved."""

    cpu: float

    def __new__(cls, seconds: float, cpu: float) -> "Cost":
        """Both in seconds."""
        cost = super().__new__(cls, seconds)
        cost.cpu = cpu
        return cost


def measured(act: Callable[[], object]) -> Cost:
    """What ``act`` costs, servers and other children of this process included."""
    start, cpu = time.monotonic(), _ours()
    act()
    taken = time.monotonic() - start
    return Cost(taken, _ours() - cpu)


@dataclass
class Side:
    """One of the two things compared; ``run`` does it once and returns its seconds.

    Where it returns a ``Cost``, processor seconds are told beside the rates.
    """

    name: str
    run: Callable[[], float]
    seconds: list[float] = field(default_factory=list)

    def told(self, amount: int) -> str:
        """Median, least and most, as a rate of ``amount`` things a second."""
        rates = sorted(amount / seconds for seconds in self.seconds)
        middle = statistics.median(rates)
        return f"{self.name}: {middle:,.0f}/s ({rates[0]:,.0f} to {rates[-1]:,.0f})"


def compare(
    side: Side,
    base: Side,
    *,
    amount: int,
    goal: float | None,
    clean_rounds: int = CLEAN_ROUNDS,
) -> bool | None:
    """Run both in turns and print rates and ratio; whether ``goal`` was met, if there is one.

    None (inconclusive) when too few rounds were undisturbed. The ratio is of
    rates: 2.0 means ``side`` is twice as fast as ``base``.
    """
    rejected = 0
    for _ in range(MAX_ROUNDS):
        disturbed, times = _round(side, base)
        if disturbed > DISTURBANCE:
            rejected += 1
            tell(f"  round rejected: other processes used {disturbed:.2f} cores")
            continue
        for one, seconds in zip((side, base), times, strict=True):
            one.seconds.append(seconds)
        if len(side.seconds) == clean_rounds:
            break
    tell(f"{len(side.seconds)} clean rounds, {rejected} rejected")
    if len(side.seconds) < clean_rounds:
        tell("inconclusive: too few clean rounds")
        return None
    ratio = statistics.median(base.seconds) / statistics.median(side.seconds)
    tell(side.told(amount))
    tell(base.told(amount))
    _tell_processors(side, base)
    if goal is None:
        tell(f"ratio {ratio:.2f}")
        return True
    verdict = "met" if ratio >= goal else "NOT met"
    tell(f"ratio {ratio:.2f}, goal at least {goal:.2f}: {verdict}")
    return ratio >= goal


def sizes(default: int, what: str) -> argparse.ArgumentParser:
    """The parser of a benchmark: ``--rows N`` says for how many of ``what`` it is run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=default, help=what)
    return parser


def exit_with(main: Callable[[], int]) -> NoReturn:
    """End this process with the status of ``main``.

    SIGTERM raises SystemExit in it, as ^C raises KeyboardInterrupt, so that the servers which
    ``main`` has started are stopped and its files removed.
    """
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    raise SystemExit(main())


@contextmanager
def own_portal() -> Iterator[None]:
    """Django without debugging, on servers and files of its own, whatever the environment names."""
    forget_servers()
    with tempfile.TemporaryDirectory() as var:
        ephemeral(os.environ)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "xuejiportal.settings",
            "DEBUG": "no",
            "LOG_LEVEL": "ERROR",
            "STATIC_ROOT": str(Path(var) / "static"),
            "VAR_DIR": var,
        }
        django.setup()
        yield


def forget_servers() -> None:
    """Drop the servers that the environment names, so that this process cannot write to them."""
    for variable in SERVICES:
        os.environ.pop(variable, None)
        os.environ.pop(f"{variable}_FILE", None)


def tell(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _tell_processors(side: Side, base: Side) -> None:
    used = [[cost.cpu for cost in one.seconds if isinstance(cost, Cost)] for one in (side, base)]
    if all(used):
        ours, theirs = map(statistics.median, used)
        tell(f"processor seconds {ours:.2f} against {theirs:.2f}, ratio {theirs / ours:.2f}")


def _round(side: Side, base: Side) -> tuple[float, tuple[float, float]]:
    """Cores used by others meanwhile, and the seconds of both."""
    start, others = time.monotonic(), _others()
    times = (side.run(), base.run())
    return (_others() - others) / (time.monotonic() - start), times


def _others() -> float:
    """Processor seconds used so far by everything but this process and its offspring."""
    whole = psutil.cpu_times()
    return float(whole.user + whole.nice + whole.system - _ours())


def _ours() -> float:
    """Processor seconds used so far by this process and its offspring, ended ones too."""
    me, used = psutil.Process(), 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system + times.children_user + times.children_system
    return used
