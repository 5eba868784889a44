"""Encrypt all sealed personal data with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.files.faults import FileFaultError
from vault.rotation import registered


class Command(BaseCommand):
    """Put the new key first in VAULT_KEYS, restart, run this; then remove the old key.

    It can be interrupted and run again at any time, while the portal works. Backups stay sealed
    with the key of their day.
    """

    help = "Seal everything that is kept sealed with the first key of VAULT_KEYS."

    def handle(self, **options: Any) -> None:
        """Rotate sealed data and print the numbers. Raises CommandError during an import."""
        for rotation in registered():
            try:
                touched = rotation.run()
            except FileFaultError as error:
                raise CommandError(
                    "A file is being imported: run this again when it has been."
                ) from error
            self.stdout.write(f"{touched} {rotation.name}")
