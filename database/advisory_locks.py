"""PostgreSQL's advisory locks: one at a time across every process, no row needed.

Keys are fixed numbers or keyed hashes (the first 8 bytes count). Two things with the
same key wait for each other needlessly, nothing worse.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key"


def lock(*keys: int | bytes) -> None:
    """Wait for the locks of all ``keys``; they are held until the transaction ends.

    Taken in ascending order, so that two callers with several keys in common never wait
    for each other. Raises RuntimeError outside a transaction, which would release at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [lock_numbers(*keys)])


def lock_numbers(*keys: int | bytes) -> list[int]:
    """The parameter of ``LOCK`` for these keys, for statements that begin with taking locks.

    Raises RuntimeError outside a transaction.
    """
    _require_transaction()
    return sorted({_number(key) for key in keys})


def try_lock(key: int | bytes) -> bool:
    """Whether the lock of ``key`` was free; it is then held until the transaction ends."""
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(key)])
        return bool(cursor.fetchone()[0])


@contextmanager
def held_lock(kind: int, key: int) -> Iterator[bool]:
    """Hold the lock of ``key`` among those of ``kind`` over several transactions.

    Yields whether it was free; if not, nothing is held. Both numbers have 32 bits.
    PostgreSQL releases it as well when the connection ends, as with a killed worker.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])


def _number(key: int | bytes) -> int:
    return key if isinstance(key, int) else int.from_bytes(key[:8], "big", signed=True)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A transaction's advisory lock needs a transaction")
