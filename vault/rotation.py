"""Register of all sealed columns and files, and re-sealing them with the newest key.

Each app registers its own in a module ``rotation``; a test checks all tables and fails
for a sealed column or file that is not registered.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from vault.cipher import key_ring
from vault.streams import is_newest, reseal_file

GROUP = 1000


@dataclass(frozen=True)
class Rotation:
    """One group of columns that is re-sealed together.

    ``columns`` are named ``app.Model.column``: sealed values, or the names of sealed
    files. ``run`` re-seals what is not sealed with the newest key and returns the number
    of rows changed; it may be interrupted and run again. It raises UnsealError.
    """

    name: str
    columns: tuple[str, ...]
    run: Callable[[], int]


_register: list[Rotation] = []


def register(name: str, *columns: str, run: Callable[[], int]) -> None:
    """Register ``run`` for ``columns``; call every ``register…`` from ``AppConfig.ready``."""
    _register.append(Rotation(name, columns, run))


def register_columns(name: str, model: str, **purposes: str) -> None:
    """Register columns of sealed values: column → purpose; the context is ``purpose:key``."""
    columns = (f"{model}.{column}" for column in purposes)
    register(name, *columns, run=lambda: _rotate(model, purposes, _fresh_value, _forget_nothing))


def register_files(name: str, model: str, **purposes: str) -> None:
    """Register columns naming files sealed as one value: column → purpose of the context."""
    columns = (f"{model}.{column}" for column in purposes)
    register(name, *columns, run=lambda: _rotate(model, purposes, _fresh_file, _forget_file))


def register_streams(name: str, model: str, **purposes: str) -> None:
    """Register columns naming files sealed in blocks (``vault.streams``): column → purpose."""
    columns = (f"{model}.{column}" for column in purposes)
    register(name, *columns, run=lambda: _rotate(model, purposes, _fresh_stream, _forget_file))


def registered() -> list[Rotation]:
    """Every registered group, in order of registration."""
    return list(_register)


def resealed(sealed: bytes, context: str) -> bytes | None:
    """``sealed`` re-sealed with the newest key; None if it already is. Raises UnsealError."""
    ring = key_ring()
    if ring.seals_with_newest(sealed):
        return None
    return ring.seal(ring.unseal(sealed, context=context), context=context)


def rows_after(model: Any, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Key and ``columns`` of every row, read in groups to limit memory."""
    last = 0
    rows = model.objects.order_by("pk").values_list("pk", *columns)
    while group := list(rows.filter(pk__gt=last)[:GROUP]):
        yield from group
        last = group[-1][0]


# Makes the new value of a column, and cleans up the value that is not used any more.
_Fresh = Callable[[Any, str], bytes | str | None]
_Forget = Callable[[Any], None]


def _rotate(label: str, purposes: dict[str, str], fresh: _Fresh, forget: _Forget) -> int:
    model, touched = apps.get_model(label), 0
    for pk, key, *values in rows_after(model, "key", *purposes):
        moved = False
        for (column, purpose), value in zip(purposes.items(), values, strict=True):
            new = fresh(value, f"{purpose}:{key}") if value else None
            if new is not None:
                moved |= _replace(model, pk, (column, value, new), forget)
        touched += moved
    return touched


def _replace(model: Any, pk: int, change: tuple[str, Any, bytes | str], forget: _Forget) -> bool:
    """Replace the old value by the new one; False if it was changed meanwhile.

    A value changed meanwhile is kept: it was sealed with the newest key already.
    """
    column, old, new = change
    unchanged = model.objects.filter(pk=pk, **{column: old})
    moved = bool(unchanged.update(**{column: new}))
    forget(old if moved else new)
    return moved


def _fresh_value(sealed: Any, context: str) -> bytes | None:
    return resealed(bytes(sealed), context)


def _fresh_file(name: str, context: str) -> str | None:
    try:
        with default_storage.open(name) as file:
            content = resealed(file.read(), context)
    except FileNotFoundError:  # expired, or replaced by another file
        return None
    return None if content is None else default_storage.save(name, ContentFile(content))


def _fresh_stream(name: str, context: str) -> str | None:
    try:
        with default_storage.open(name) as file, tempfile.TemporaryFile() as out:
            source = cast("BinaryIO", file)
            if is_newest(source):
                return None
            reseal_file(source, cast("BinaryIO", out), context=context)
            out.seek(0)
            return default_storage.save(name, File(out))
    except FileNotFoundError:
        return None


def _forget_file(name: str) -> None:
    default_storage.delete(name)


def _forget_nothing(_: object) -> None:
    """Do nothing: a value in a column leaves nothing to clean up."""
