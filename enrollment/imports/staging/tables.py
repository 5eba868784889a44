"""The staging tables of a batch.

Unlogged: after a crash of the server the file is simply checked again. The
first table holds the checked rows, the second names the rows that the registry
has already, word for word.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from enrollment.fields.catalogue import FIELDS, SEALED
from vault.cipher import unseal
from vault.lookup import keyed_hash
from vault.rotation import GROUP, resealed

# Where staging tables are made if it exists: the portal's role needs no right to create
# tables beside the registry (manage.py grant_privileges). It is found by the search path.
SCHEMA = "portal_staging"
_COLUMNS = {
    "row_number": "integer", "fingerprint": "bytea", "key": "uuid", "name_canonical": "text",
    **{field.name: field.staged for field in FIELDS if field.staged},
    **{field.hash_column: "bytea" for field in SEALED.values()},
    **{field.sealed_column: "bytea" for field in SEALED.values()},
    "record_id": "bigint", "record_version": "integer", "action": "text", "kept": "text[]",
}  # fmt: skip
# What rows are joined and counted by; the planner need not know more.
_JOINED = "record_id, student_number, candidate_number, certificate_hash, class_code, action"


def staging_name(batch_id: int) -> str:
    """The name of a batch's staging table."""
    return f"enrollment_staging_{batch_id}"


def create_staging(name: str) -> None:
    """Make the staging table ``name`` and its list of rows that the registry has already."""
    columns = ", ".join(f"{column} {kind}" for column, kind in _COLUMNS.items())
    with connection.cursor() as cursor:
        drop_staging(name)
        place = _schema()
        cursor.execute(f'CREATE UNLOGGED TABLE {place}"{name}" ({columns})')
        cursor.execute(
            f'CREATE UNLOGGED TABLE {place}"{name}_seen" (row_number integer, record_id bigint)'
        )


def _schema() -> str:
    """The schema of staging tables with its dot; empty where all tables are in one schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = ANY(current_schemas(false))", [SCHEMA])
        return f"{SCHEMA}." if cursor.fetchone()[0] else ""


def drop_staging(name: str) -> None:
    """Remove the staging tables, if they are there."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{name}", "{name}_seen"')


def analyze_staging(name: str) -> None:
    """Let the planner know how large the tables are."""
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{name}" ({_JOINED}), "{name}_seen"')


def staging_is_whole(name: str, rows: int) -> bool:
    """Whether the staging table still holds its ``rows``: a crashed server empties it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'"{name}"'])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        return bool(cursor.fetchone()[0] == rows)


def staging_is_current(name: str) -> bool:
    """Whether the staging table has the columns of this version of the portal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = to_regclass(%s)"
            " AND attnum > 0 AND NOT attisdropped",
            [f'"{name}"'],
        )
        return set(cursor.fetchone()[0] or ()) == set(_COLUMNS)


@transaction.atomic
def reseal_staging(name: str, purposes: Mapping[str, str]) -> int:
    """Seal the staged numbers with the newest key: column → purpose; how many were touched.

    Hold the institution's lock, so that no one else writes to the table or publishes it.
    """
    touched = 0
    with connection.cursor() as cursor:
        for column, purpose in purposes.items():
            cursor.execute(
                f"DECLARE staged NO SCROLL CURSOR FOR SELECT ctid::text, key::text, {column}"
                f' FROM "{name}" WHERE {column} IS NOT NULL'
            )
            while rows := cursor.execute(f"FETCH {GROUP} FROM staged").fetchall():
                sealed = [(resealed(bytes(old), f"{purpose}:{key}"), at) for at, key, old in rows]
                fresh = [pair for pair in sealed if pair[0] is not None]
                cursor.executemany(f'UPDATE "{name}" SET {column} = %s WHERE ctid = %s::tid', fresh)
                touched += len(fresh)
            cursor.execute("CLOSE staged")
    return touched


@transaction.atomic
def rehash_staging(name: str) -> int:
    """Hash the staged numbers with the present look-up key; how many rows. Nothing else may run."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT ctid::text, key::text, certificate_sealed, phone_sealed FROM "{name}"'
        )
        rows = cursor.fetchall()
        fresh = [
            (_rehashed(certificate, "certificate", key), _rehashed(phone, "phone", key), at)
            for at, key, certificate, phone in rows
        ]
        cursor.executemany(
            f"UPDATE \"{name}\" SET certificate_hash = %s, phone_hash = %s, fingerprint = ''"
            " WHERE ctid = %s::tid",
            fresh,
        )
    return len(fresh)


def _rehashed(sealed: Any, purpose: str, key: str) -> bytes | None:
    if sealed is None:
        return None
    return keyed_hash(purpose, unseal(sealed, context=f"record-{purpose}:{key}").decode())
