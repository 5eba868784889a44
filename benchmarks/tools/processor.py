"""Processor time by process: what each part of a site has used."""

import os
import time

import psutil  # type: ignore[import-untyped]


def used(processes: dict[str, int]) -> dict[str, float]:
    """Seconds of processor time so far of each process named with its id, and of its offspring.

    This process, the load, is the parent of all others and counts alone.
    """
    return {name: _seconds(pid) for name, pid in processes.items()}


def _seconds(pid: int) -> float:
    root, seconds = psutil.Process(pid), 0.0
    if pid == os.getpid():
        return time.process_time()
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds
