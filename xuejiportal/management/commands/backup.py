"""Back up database and files, or check a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from xuejiportal.backups.commands import LongCommand
from xuejiportal.backups.database import ProgramError
from xuejiportal.backups.services import BackupError, check_backup, make_backup


class Command(LongCommand):
    """The keys are not in a backup: keep those it names in another place."""

    help = "Write a backup to the new folder DIR while the portal works, or check one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, and whether it is to be checked."""
        parser.add_argument("dir", type=Path)
        parser.add_argument("--check", action="store_true", help="compare a backup with its sums")

    def handle(self, *, dir: Path, check: bool, **options: Any) -> None:  # noqa: A002
        """Raises CommandError where the backup cannot be made, or is not whole."""
        try:
            if check:
                files = check_backup(dir, tell=self.tell)["files"]
            else:
                files = make_backup(dir, tell=self.tell)
        except (BackupError, ProgramError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            # What is written to a full disk names no file.
            raise CommandError(f"{error.filename or dir}: {error.strerror}") from error
        self.tell(f"{dir}: whole, {files} files")
