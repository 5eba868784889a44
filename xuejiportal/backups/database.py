"""Dump and restore the database with PostgreSQL's own programs."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import connection

# What libpq reads from the environment; arguments could be read by other accounts.
_VARIABLES = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}
_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class ProgramError(Exception):
    """A program is missing or failed; the message says what to do."""


def dump(target: Path) -> None:
    """Write the database as it is at this moment. Raises ProgramError."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def restore(source: Path) -> None:
    """Replace what ``source`` holds in the database, all of it or nothing. Raises ProgramError."""
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
    database = str(settings.DATABASES["default"]["NAME"])
    _run("pg_restore", *options, f"--dbname={database}", str(source))


def is_used() -> bool:
    """Whether the database holds an account."""
    if "accounts_user" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM accounts_user)")
        return bool(cursor.fetchone()[0])


def _run(name: str, *arguments: str) -> None:
    values = settings.DATABASES["default"]
    environ = {variable: str(values[key]) for key, variable in _VARIABLES.items() if values[key]}
    options = cast("dict[str, str]", values["OPTIONS"])
    environ |= {variable: options[key] for key, variable in _OPTIONS.items() if key in options}
    program = _program(name)
    connection.close()  # a restored table is another one
    done = subprocess.run(  # noqa: S603
        [program, *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if "error" in line), lines[-1])
        raise ProgramError(f"{name} failed: {reason}")


def _program(name: str) -> Path:
    """That of the server's version where Debian keeps it, else the one on the path.

    An older one refuses the server; a newer one may write settings that it does not know.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        major = cursor.fetchone()[0]
    exact = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    if exact.exists():
        return exact
    found = shutil.which(name)
    if not found:
        raise ProgramError(f"{name} is missing: apt-get install postgresql-client-{major}")
    return Path(found)
