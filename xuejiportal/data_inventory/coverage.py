"""Comparison of the inventory with the models: undeclared and misdeclared columns."""

from collections import Counter
from collections.abc import Iterator

from django.apps import apps
from django.db import models

from xuejiportal.data_inventory import accounts, messages, proof, registry, support
from xuejiportal.data_inventory.entries import Entry, Outside
from xuejiportal.data_inventory.not_personal import NOT_PERSONAL

ENTRIES: tuple[Entry, ...] = (
    *accounts.ENTRIES,
    *registry.ENTRIES,
    *proof.ENTRIES,
    *support.ENTRIES,
    *messages.ENTRIES,
)
OUTSIDE: tuple[Outside, ...] = (*registry.OUTSIDE, *messages.OUTSIDE)
_EXEMPT = (
    models.AutoField,
    models.UUIDField,
    models.DateTimeField,
    models.BooleanField,
    models.ForeignKey,
)


def undeclared() -> set[str]:
    """Columns (``app.Model.column``) that have to be declared and are not.

    Exempt are columns whose type shows that they hold an id, a link, a time, a yes/no value or a
    code from a fixed list.
    """
    return _to_declare() - set(_declared())


def misdeclared() -> set[str]:
    """Declared columns that do not exist, or that are declared more than once."""
    counted = Counter(_declared())
    twice = {name for name, times in counted.items() if times > 1}
    return twice | (set(counted) - {name for name, _ in _columns()})


def _declared() -> Iterator[str]:
    for entry in ENTRIES:
        yield from (f"{entry.model}.{column}" for column in entry.columns)
    for model, columns in NOT_PERSONAL.items():
        yield from (f"{model}.{column}" for column in columns.split())


def _to_declare() -> set[str]:
    return {
        name for name, field in _columns() if not field.choices and not isinstance(field, _EXEMPT)
    }


def _columns() -> Iterator[tuple[str, models.Field]]:  # type: ignore[type-arg]
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001  Django documents it
        for field in options.local_concrete_fields:
            yield f"{options.label}.{field.name}", field
