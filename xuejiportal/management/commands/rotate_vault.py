"""Seal all personal data with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.files.faults import FileFaultError
from vault.rotation import registered


class Command(BaseCommand):
    """Put the new key first in VAULT_KEYS, restart, run this; then the old key can go.

    It can be stopped and run again at any time, and the portal works meanwhile.
    Backups are sealed with the key of their day.
    """

    help = "Seal everything that is kept sealed with the first key of VAULT_KEYS."

    def handle(self, **options: Any) -> None:
        """Prints how many of each were sealed anew. Raises CommandError during an import."""
        for rotation in registered():
            try:
                touched = rotation.run()
            except FileFaultError as error:
                raise CommandError(
                    "A file is being imported: run this again when it has been."
                ) from error
            self.stdout.write(f"{touched} {rotation.name}")
