"""The reads of every page survive a restarted database server (F7)."""

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from database.prepared_statements import read_prepared


def cut(pid: int) -> None:
    """End the server's side of a connection, as a restart does."""
    with psycopg.connect(**connection.get_connection_params() | {"context": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_opened_again() -> None:
    [(pid,)] = read_prepared("SELECT pg_backend_pid() WHERE %s", [True])
    cut(pid)
    [(again,)] = read_prepared("SELECT pg_backend_pid() WHERE %s", [True])
    assert again != pid


@transaction.atomic
def cut_within_a_transaction() -> None:
    """Ask, lose the connection, ask again."""
    [(pid,)] = read_prepared("SELECT pg_backend_pid() WHERE %s", [True])
    cut(pid)
    read_prepared("SELECT pg_backend_pid() WHERE %s", [True])


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_is_repeated() -> None:
    with pytest.raises(OperationalError):
        cut_within_a_transaction()


@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_migration_has_widened_is_read_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE widened (name varchar(5)); INSERT INTO widened VALUES ('a')")
    try:
        for kind in ("varchar(5)", "varchar(9)", "text"):
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE widened ALTER name TYPE {kind}")
            assert read_prepared("SELECT name FROM widened WHERE %s", [True]) == [("a",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE widened")
