"""Convert cells that many rows share once per distinct group, with a cache.

A file of a million rows holds a few thousand distinct groups; the cache key is the
cells as written in the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from enrollment.fields.catalogue import FIELDS
from enrollment.fields.faults import RowFault
from enrollment.fields.values import CONVERTERS, Fault, doubt

MEMO_LIMIT = 5_000
REQUIRED = frozenset({"status"})
OF_THE_CLASS = [field.name for field in FIELDS if field.shared_by == "class"]
OF_THE_PERSON = [field.name for field in FIELDS if field.shared_by == "person"]
OF_THE_ROW = [field.name for field in FIELDS if field.shared_by == "row"]


@dataclass(frozen=True, slots=True)
class Converted:
    """The cells of a group as COPY text and by name, and (column, fault) of refused cells."""

    text: list[str]
    values: dict[str, str]
    faults: list[tuple[str, str]]


class WordGroup:
    """The columns of ``names`` that the file has; ``names`` keeps their order."""

    def __init__(self, names: Iterable[str], mapping: Mapping[str, int]) -> None:
        self.names = [name for name in names if name in mapping]
        places = [mapping[name] for name in self.names]
        # The first place twice, so that a single column gives a tuple too.
        self._cells = itemgetter(*places, places[0]) if places else None
        self._memo: dict[tuple[str, ...], Converted] = {}

    def take(self, row: Sequence[str]) -> Converted:
        """The converted cells of the group in ``row``."""
        cells = self._cells(row) if self._cells else ()
        return self._memo.get(cells) or self._convert(cells)

    def _convert(self, cells: tuple[str, ...]) -> Converted:
        values: dict[str, str] = {}
        faults: list[tuple[str, str]] = []
        for name, raw in zip(self.names, cells, strict=False):
            value = CONVERTERS[name](raw)
            if isinstance(value, Fault):
                faults.append((name, value.code))
                value = ""
            elif not value and name in REQUIRED:
                faults.append((name, RowFault.BLANK))
            elif doubtful := doubt(name, value):
                faults.append((name, doubtful))
            values[name] = value
        if len(self._memo) >= MEMO_LIMIT:
            self._memo.clear()
        text = ["\t".join(values.values())] if values else []
        self._memo[cells] = Converted(text, values, faults)
        return self._memo[cells]
