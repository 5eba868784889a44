"""Make a restored backup safe to open."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.journeys.restoring import after_restore


class Command(BaseCommand):
    """Run once after a restore, before web, workers and beat start: see docs/operations.md."""

    help = "After a backup was restored: void codes, end sessions, send nothing twice."

    def handle(self, **options: Any) -> None:
        """Prints how many of each."""
        counts = after_restore()
        self.stdout.write(
            f"{counts['codes']} codes void, {counts['sessions']} sessions ended, "
            f"{counts['messages']} messages to be looked up, "
            f"{counts['deletions']} deletions begun anew"
        )
