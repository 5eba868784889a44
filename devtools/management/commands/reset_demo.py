"""Make the demonstration school from the beginning, in an empty database."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    """Deletes the database's contents, stored files and queues, and makes the demo school."""

    help = "Delete everything and make the demonstration school again (development only)."

    def handle(self, **options: Any) -> None:
        """Raises CommandError in production, and while a portal runs on this database."""
        if settings.PRODUCTION:
            raise CommandError("The demo school is for development only.")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0]:
                raise CommandError("The portal is running on this database: stop it first.")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        cache.clear()
        if isinstance(default_storage, FileSystemStorage):
            shutil.rmtree(Path(default_storage.location), ignore_errors=True)
        call_command("migrate", verbosity=0)
        call_command("make_demo", stdout=self.stdout)
