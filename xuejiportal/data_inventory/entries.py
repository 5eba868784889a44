"""Entries of the inventory, and the protection that follows from the rotation registers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from vault.lookup_rotation import registered_hashes
from vault.rotation import registered

SEALED = "sealed"
KEYED_HASH = "keyed hash"
SLOW_HASH = "slow hash"  # Django's password hasher
MASKED = "half hidden"
CLEAR = "clear"


@dataclass(frozen=True)
class Kept:
    """The retention period in words, and what removes the data: scheduled tasks or acts."""

    how_long: str
    by: tuple[Callable[..., Any], ...] = ()


@dataclass(frozen=True)
class Entry:
    """Personal columns of one table that share purpose, retention and readers.

    ``columns`` describes each column in plain words. ``sensitive`` names those treated as
    sensitive personal information (PIPL article 28). ``forms`` names the protection where it does
    not follow from the column.
    """

    model: str
    columns: Mapping[str, str]
    why: str
    kept: Kept
    seen_by: str
    sensitive: tuple[str, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)

    def protection(self, column: str) -> str:
        """How ``column`` is protected, according to the registers of both key rotations."""
        name = f"{self.model}.{column}"
        if any(name in rotation.columns for rotation in registered()):
            return SEALED
        if column in self.forms:
            return self.forms[column]
        columns, acts = registered_hashes()
        hashed = {each.name for each in columns}.union(*(act.columns for act in acts))
        return KEYED_HASH if name in hashed else CLEAR


@dataclass(frozen=True)
class Outside:
    """Personal data that is not in a column of a model.

    ``rotation`` is its name in the register of sealed data; empty for other data.
    """

    where: str
    what: str
    why: str
    kept: Kept
    seen_by: str
    protection: str
    sensitive: bool = False
    rotation: str = ""


def span(length: timedelta | int) -> str:
    """A period (whole days, or a timedelta) in words."""
    total = length if isinstance(length, timedelta) else timedelta(days=length)
    if total < timedelta(hours=1):
        return _counted(int(total.total_seconds() // 60), "minute")
    if total % timedelta(days=1):
        return _counted(int(total.total_seconds() // 3600), "hour")
    return _counted(total.days, "day")


def name_of(act: Callable[..., Any]) -> str:
    """The dotted name of a task or function."""
    return getattr(act, "name", None) or f"{act.__module__}.{act.__qualname__}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
