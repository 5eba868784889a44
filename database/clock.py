"""The clock of the database, which all hosts share (SECURITY F19)."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The time by the database's clock, as ``Now()`` gives it.

    A deadline that one host sets and another checks must not depend on the clock of
    either. A query compares with ``Now()`` itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]
