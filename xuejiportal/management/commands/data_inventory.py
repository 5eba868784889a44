"""Print the inventory of personal data."""

from typing import Any

from django.core.management.base import BaseCommand

from xuejiportal.data_inventory.document import document


class Command(BaseCommand):
    """Prints the inventory with the figures of this installation's settings."""

    help = "Print as Markdown what personal data is kept, why, how protected and for how long."

    def handle(self, **options: Any) -> None:
        """Print the document."""
        self.stdout.write(document(), ending="")
