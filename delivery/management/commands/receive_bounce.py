"""``manage.py receive_bounce``: take an e-mail that came back from the mail server."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from delivery.email import bounces


class Command(BaseCommand):
    """Read one bounce from standard input, as a mail server's pipe gives it.

    Always ends well: a mail server answers a failure with one more bounce.
    """

    help = "Note the bounce on standard input at the message that RECIPIENT names."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the recipient, as the mail server received it."""
        parser.add_argument("recipient", help="where the bounce arrived: bounces+KEY@…")

    def handle(self, *args: Any, **options: Any) -> None:
        """Record it; whatever is no bounce of ours is left alone."""
        key = bounces.key_of(options["recipient"])
        content = sys.stdin.buffer.read(bounces.MOST_BYTES)
        verdict = bounces.read_bounce(content) if key else None
        if key is None or verdict is None:
            self.stdout.write("Not a bounce of a message of ours.")
        elif bounces.record_bounce(key=key, verdict=verdict):
            self.stdout.write(f"{verdict.action} {verdict.status}".strip())
        else:
            self.stdout.write("Nothing new.")
