"""Advisory locks that another connection holds."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def locked_elsewhere(*numbers: int) -> Iterator[None]:
    """Another connection holds the lock; afterwards nobody does.

    It is released before the connection is closed: of a closed one the server learns later.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", numbers)
            yield
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", numbers)
    finally:
        other.close()
