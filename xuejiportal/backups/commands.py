"""What the commands of backups have in common."""

from contextlib import suppress

from django.core.management.base import BaseCommand


class LongCommand(BaseCommand):
    """A command that takes minutes, tells how far it is, and goes on where nothing reads it."""

    def tell(self, line: str) -> None:
        """Print one line at once."""
        with suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()
