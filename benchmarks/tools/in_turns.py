"""The same benchmark in two checkouts in turns, told as medians: before and after in one run."""

import argparse
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.tools.harness import tell

_COST = re.compile(r"^  (\w+) +([\d.]+) ms(?: of processor time a student|;)", re.MULTILINE)
_OURS = ("rounds", "before")
_LOST = re.compile(r"^acknowledged .*: NOT all$|^\d+ failed: ", re.MULTILINE)


def compare_in_turns(module: str, options: argparse.Namespace) -> bool:
    """Run ``module`` ``options.rounds`` times here, and each time in ``options.before`` if given.

    Tells median, least and most of each figure that the runs print; whether nothing was lost.
    """
    trees = {"now": Path.cwd()}
    if options.before:
        trees["before"] = Path(options.before).resolve()
    found: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in trees}
    fine = True
    for number in range(1, options.rounds + 1):
        for name, tree in trees.items():
            told = _run(module, tree, options)
            fine &= not _LOST.search(told)
            for process, cost in _COST.findall(told):
                found[name][process].append(float(cost))
            tell(f"round {number}, {name}: {found[name]['all'][-1]:.1f} ms a student")
    for name, costs in found.items():
        tell(f"{name}: median of {options.rounds} rounds (least to most), ms a student")
        for process, each in costs.items():
            middle = statistics.median(each)
            tell(f"  {process:<12} {middle:7.1f} ({min(each):.1f} to {max(each):.1f})")
    return fine


def _run(module: str, tree: Path, options: argparse.Namespace) -> str:
    """What ``module`` prints in ``tree``. Raises RuntimeError when it did not come to an end."""
    given = {name: value for name, value in vars(options).items() if name not in _OURS}
    command = [
        sys.executable,
        "-m",
        module,
        *(f"--{name}={value}" for name, value in given.items()),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tree, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            told, errors = process.communicate()
        finally:
            process.terminate()  # not killed, as ``subprocess.run`` does: it has servers to stop
    if not _COST.search(told):
        raise RuntimeError(f"{tree}: {told[-500:]}{errors[-2000:]}")
    return told
