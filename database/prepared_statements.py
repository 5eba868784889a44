"""Prepared statements for queries that every page makes.

Django binds parameters on the client, so the server plans each query again; planning these costs
as much as executing them.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.base import ModelState
from psycopg import Cursor

M = TypeVar("M", bound=Model)


class _PreparingCursor(Cursor[tuple[Any, ...]]):
    """A cursor that prepares a statement on its first use in a connection."""

    def execute(self, query: Any, params: Any = None) -> Any:  # type: ignore[override]
        """Run ``query`` as a prepared statement."""
        return super().execute(query, params, prepare=True)


def read_prepared(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of ``sql``, a constant text with ``%s`` for each of ``params``.

    If a restarted server has closed the connection, or a migration changed the type of a column
    of the statement, it is reopened and the query repeated, except in a transaction. Django would
    test the connection before every request.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        return _read(connection, sql, params)
    except OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
    except NotSupportedError:  # "cached plan must not change result type"
        if connection.in_atomic_block:
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
    # The server has answered: Django need not ask it in this request.
    connection.health_check_done = True  # type: ignore[attr-defined]
    return rows


def model_from_row(
    model: type[M], names: Sequence[str], values: Sequence[Any], **related: Model | None
) -> M:
    """An instance of ``model`` with these values; other columns are loaded on access.

    Like ``Model.from_db``, without signals and without the loop over all fields; for fields whose
    database value needs no conversion. ``related`` are instances read in the same query.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, DEFAULT_DB_ALIAS, related
    row.__dict__.update(zip(names, values, strict=True))
    row.__dict__["_state"] = state
    return row
