"""Grant the application's database role its privileges, without changing the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from audit.models import APPEND_ONLY
from enrollment.imports.staging.tables import SCHEMA


class Command(BaseCommand):
    """``manage.py grant_privileges ROLE``, run as the owner of the tables after each ``migrate``.

    ROLE may read and write rows, may only read and add them in the audit trail, and may create
    tables only in the schema for staging imports.
    """

    help = "Grant the application's database role its privileges; run after migrate, as the owner."

    def add_arguments(self, parser: CommandParser) -> None:
        """``ROLE``: the role in the DATABASE_URL of web and workers."""
        parser.add_argument("role")

    @transaction.atomic
    def handle(self, *, role: str, **options: Any) -> None:
        """Grant the privileges. Raises CommandError if the role is the owner or a superuser."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper OR rolname = current_user FROM pg_roles WHERE rolname = %s", [role]
            )
            found = cursor.fetchone()
            if found is None:
                raise CommandError(f"There is no database role {role}: see deploy/roles.sql.")
            if found[0]:
                raise CommandError(f"{role} owns the tables or is a superuser: use another role.")
            for statement in STATEMENTS:
                tables = sql.SQL(", ").join(map(sql.Identifier, APPEND_ONLY))
                cursor.execute(
                    sql.SQL(statement).format(
                        role=sql.Identifier(role), staging=sql.Identifier(SCHEMA), trail=tables
                    )
                )
        self.stdout.write(f"{role} may use the portal's tables, and only add to the audit trail.")


STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS {staging}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON SCHEMA public FROM {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT USAGE, CREATE ON SCHEMA {staging} TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON {trail} FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)
