"""Register of all keyed-hash columns, and their rotation to a new look-up key.

A hash cannot be reversed: each app registers in its module ``lookup_rotation`` which
columns hold hashes of which purpose, and where the values of a purpose are stored. A
table of old and new hashes is built from the values, and the columns are updated from
it. A row whose value is stored nowhere is handled by the rule of its column.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from vault.lookup import hash_with

GROUP = 5000
_TABLE = "lookup_moved"

Values = Callable[[], Iterable[str]]
# The rule for rows (a queryset) whose value is not known; returns the number of rows changed.
UnknownRule = Callable[[Any], int]


@dataclass(frozen=True)
class HashColumn:
    """A column (``app.Model.column``) of hashes of one purpose.

    Columns with ``last`` are rotated after all others.
    """

    name: str
    purpose: str
    on_unknown: UnknownRule
    last: bool = False


@dataclass(frozen=True)
class HashAct:
    """Hashes that cannot be rotated from values: ``run`` deletes or recomputes them.

    ``run`` returns the number of rows changed.
    """

    name: str
    columns: tuple[str, ...]
    run: Callable[[], int]


_values: dict[str, list[Values]] = {}
_columns: list[HashColumn] = []
_acts: list[HashAct] = []


def register_values(purpose: str, values: Values) -> None:
    """Register a source of the values behind hashes of ``purpose``, in canonical form."""
    _values.setdefault(purpose, []).append(values)


def register_hash(name: str, purpose: str, on_unknown: UnknownRule, *, last: bool = False) -> None:
    """Register the column ``name`` of hashes of ``purpose``, and its rule for unknown values."""
    _columns.append(HashColumn(name, purpose, on_unknown, last))


def register_act(name: str, *columns: str, run: Callable[[], int]) -> None:
    """Register ``run`` for hashes in ``columns``, or for hashes that are in no column."""
    _acts.append(HashAct(name, columns, run))


def registered_hashes() -> tuple[list[HashColumn], list[HashAct]]:
    """Every registered column, and every registered act."""
    return list(_columns), list(_acts)


def purposes_with_values() -> set[str]:
    """The purposes that have a registered source of values."""
    return set(_values)


def forget(**values: Any) -> UnknownRule:
    """A rule that sets columns of unknown rows to ``values``."""
    return lambda rows: int(rows.update(**values))


def delete(rows: Any) -> int:
    """A rule that deletes unknown rows."""
    return int(rows.delete()[0])


def rotate(earlier: Sequence[bytes]) -> Iterator[tuple[str, int]]:
    """Rotate every hash made with an ``earlier`` key; yields name and number of each step.

    Web and workers must be stopped. Every step is committed separately and idempotent:
    after an interruption, run it again.
    """
    for act in _acts:
        yield act.name, act.run()
    ordered = sorted(_columns, key=lambda column: column.last)
    lasting = {column.purpose for column in _columns if column.last}
    purposes = dict.fromkeys(column.purpose for column in ordered)
    for purpose in sorted(purposes, key=lambda name: name in lasting):
        _make_table(purpose, earlier)
        for column in (column for column in ordered if column.purpose == purpose):
            yield column.name, _move(column)
            yield f"{column.name}, value unknown", _settle_unknown(column)


def _make_table(purpose: str, earlier: Sequence[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLE}")
        cursor.execute(f"CREATE TEMPORARY TABLE {_TABLE} (old bytea, new bytea)")
        for pairs in _pairs(purpose, earlier):
            cursor.execute(
                f"INSERT INTO {_TABLE} SELECT * FROM unnest(%s::bytea[], %s::bytea[])",
                [[old for old, _ in pairs], [new for _, new in pairs]],
            )
        cursor.execute(f"CREATE INDEX ON {_TABLE} (old)")
        cursor.execute(f"CREATE INDEX ON {_TABLE} (new)")
        cursor.execute(f"ANALYZE {_TABLE}")


def _pairs(purpose: str, earlier: Sequence[bytes]) -> Iterator[list[tuple[bytes, bytes]]]:
    pairs = (
        (hash_with(key, purpose, value), hash_with(settings.LOOKUP_KEY, purpose, value))
        for values in _values.get(purpose, [])
        for value in values()
        for key in earlier
    )
    while group := list(islice(pairs, GROUP)):
        yield group


def _move(column: HashColumn) -> int:
    """Replace old hashes by new ones, a group of rows in each transaction; returns the number."""
    table, name, model = _place(column)
    keys = model.objects.order_by("pk").values_list("pk", flat=True)
    moved, last = 0, 0
    while group := list(keys.filter(pk__gt=last)[:GROUP]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{table}" t SET "{name}" = m.new FROM {_TABLE} m'
                f' WHERE t."{name}" = m.old AND t.id > %s AND t.id <= %s',
                [last, group[-1]],
            )
            moved += cursor.rowcount
        last = group[-1]
    return moved


def _settle_unknown(column: HashColumn) -> int:
    table, name, model = _place(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT t.id FROM "{table}" t WHERE t."{name}" IS NOT NULL'
            f" AND t.\"{name}\" <> '' AND NOT EXISTS"
            f' (SELECT 1 FROM {_TABLE} m WHERE m.new = t."{name}")'
        )
        keys = iter([key for (key,) in cursor.fetchall()])
    touched = 0
    while group := list(islice(keys, GROUP)):
        touched += column.on_unknown(model.objects.filter(pk__in=group))
    return touched


def _place(column: HashColumn) -> tuple[str, str, Any]:
    label, _, name = column.name.rpartition(".")
    model: Any = apps.get_model(label)
    return model._meta.db_table, name, model  # noqa: SLF001  Django documents it
