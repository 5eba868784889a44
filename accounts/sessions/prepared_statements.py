"""Reads that every page makes, planned once by the server instead of each time.

Django binds parameters on the client's side, so that the server plans each
query anew; planning these costs as much as answering them.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.base import ModelState
from psycopg import Cursor

M = TypeVar("M", bound=Model)


class _PreparingCursor(Cursor[tuple[Any, ...]]):
    """Prepares a statement at its first use on a connection."""

    def execute(self, query: Any, params: Any = None) -> Any:  # type: ignore[override]
        """Run ``query`` as a prepared statement."""
        return super().execute(query, params, prepare=True)


def read_prepared(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of ``sql``, one constant text with ``%s`` for each of ``params``.

    A connection that a restarted server has closed is opened anew and the question
    asked again, outside transactions; Django asks the server before, each time.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        return _read(connection, sql, params)
    except OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _read(connection, sql, params)


def _read(connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Any]:
    connection.ensure_connection()
    cursor: Any = _PreparingCursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(cursor) as wrapped:
        wrapped.execute(sql, params)
        rows: list[Any] = wrapped.fetchall()
    return rows


def model_from_row(
    model: type[M], names: Sequence[str], values: Sequence[Any], **related: Model | None
) -> M:
    """The row of ``model`` with these values; columns not named are read when they are asked for.

    As ``Model.from_db``, without the signals and the loop over all fields: for fields
    that keep a value as the database gives it. ``related`` are rows read along.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, DEFAULT_DB_ALIAS, related
    row.__dict__.update(zip(names, values, strict=True))
    row.__dict__["_state"] = state
    return row
