"""Encrypt all sealed personal data with the newest key."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from enrollment.files.faults import FileFaultError
from vault.key_checks import (
    forget_older_vault_keys,
    is_newest_vault_key_in_use,
    refuse_wrong_keys,
)
from vault.rotation import registered


class Command(BaseCommand):
    """Put the new key first in VAULT_KEYS, restart, run this; then remove the old key.

    It can be interrupted and run again at any time, while the portal works. Backups stay sealed
    with the key of their day.
    """

    help = "Seal everything that is kept sealed with the first key of VAULT_KEYS."

    def handle(self, **options: Any) -> None:
        """Rotate sealed data and print the numbers. Raises CommandError during an import."""
        try:
            refuse_wrong_keys()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if not is_newest_vault_key_in_use():
            raise CommandError(
                "No process has started with the first key of VAULT_KEYS yet: restart web, "
                "workers and beat, then run this again."
            )
        total = 0
        for rotation in registered():
            try:
                touched = rotation.run()
            except FileFaultError as error:
                raise CommandError(
                    "A file is being imported: run this again when it has been."
                ) from error
            total += touched
            self.stdout.write(f"{touched} {rotation.name}")
        if total:
            self.stdout.write("Run this again: when every figure is 0 the old key can go.")
        else:
            forget_older_vault_keys()
