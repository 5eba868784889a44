"""The clock of the database, which all hosts share (SECURITY F19)."""

from datetime import datetime
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.functions import Now

Row = TypeVar("Row", bound=Model)


def database_now() -> datetime:
    """The time by the database's clock, as ``Now()`` gives it.

    A deadline that one host sets and another checks must not depend on the clock of
    either. A query compares with ``Now()`` itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def read_with_clock(rows: QuerySet[Row]) -> QuerySet[Row]:
    """``rows``, each with the database's time at which it was read, for ``moment_of``."""
    return rows.annotate(read_at=Now())  # type: ignore[no-any-return]


def moment_of(row: Model) -> datetime:
    """The time for which ``row`` is judged: of ``read_with_clock``, or else asked now.

    A list reads its rows with the clock, so that its rows cost no query each.
    """
    read_at: datetime | None = getattr(row, "read_at", None)
    return read_at or database_now()
