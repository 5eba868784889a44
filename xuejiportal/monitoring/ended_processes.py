"""The counts of web processes that have ended, kept in one file of each kind.

Each process counts in files of its own, which must outlive it: a sum that falls reads as a
restart. Left alone there would be two more for each process that is replaced, and all of them
are read whenever Prometheus asks.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

_KINDS = ("counter", "histogram")


def fold(directory: Path) -> None:
    """Add the counts of processes that have ended to one file of each kind, and delete theirs.

    Nothing is done while another process reads or folds them: the next one to start does it.
    """
    with suppress(BlockingIOError), _locked(directory, fcntl.LOCK_EX | fcntl.LOCK_NB):
        for kind in _KINDS:
            if ended := [file for file in directory.glob(f"{kind}_*.db") if _has_ended(file)]:
                _add(directory / f"{kind}_ended.db", ended)


@contextmanager
def unfolded(directory: Path) -> Iterator[None]:
    """Meanwhile nothing is folded, so that whoever reads the files counts everything once."""
    with _locked(directory, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(directory: Path, how: int) -> Iterator[None]:
    with (directory / "lock").open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _has_ended(file: Path) -> bool:
    number = file.stem.rpartition("_")[2]
    if not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs under another account
        return False
    return False


def _add(target: Path, ended: list[Path]) -> None:
    sums = MmapedDict(str(target))  # type: ignore[no-untyped-call]
    for file in ended:
        # What a process was killed over while it wrote may be half: its counts are lost.
        with suppress(RuntimeError, ValueError, struct.error):
            for key, value, _time, _place in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
        file.unlink()
    sums.close()  # type: ignore[no-untyped-call]
