"""Restore a backup."""

from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from xuejiportal.backups.commands import LongCommand
from xuejiportal.backups.database import ProgramError
from xuejiportal.backups.services import BackupError, restore_backup


class Command(LongCommand):
    """Run it while web, workers and beat are stopped."""

    help = "Check the backup in DIR, put database and files in place, make the old state safe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, and the leave to replace what is there."""
        parser.add_argument("dir", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace a database that is used")

    def handle(self, *, dir: Path, yes: bool, **options: Any) -> None:  # noqa: A002
        """Raises CommandError; nothing is changed by a backup that is not whole."""
        try:
            manifest = restore_backup(dir, may_replace=yes, tell=self.tell)
        except (BackupError, ProgramError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or dir}: {error.strerror}. Nothing may start yet: "
                "mend it and run the command again."
            ) from error
        self.tell(f"The state of {manifest['made_at']} is in place.")
        self.tell("Applying migrations and making the old state safe ...")
        call_command("migrate", verbosity=0)
        done = StringIO()
        call_command("after_restore", stdout=done)
        self.tell(done.getvalue())
        self.tell(
            "Now: verify_audit, empty Redis (redis-cli FLUSHDB), then start web, workers and beat."
        )
