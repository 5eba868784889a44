"""``manage.py receive_bounce``: record a bounce that the mail server pipes in."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from delivery.email import bounces


class Command(BaseCommand):
    """Record one bounce from standard input, as a mail server's pipe delivers it.

    Always exits with status 0: a mail server answers a failure with another bounce.
    """

    help = "Note the bounce on standard input at the message that RECIPIENT names."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the recipient, as the mail server received it."""
        parser.add_argument("recipient", help="where the bounce arrived: bounces+KEY@…")

    def handle(self, *args: Any, **options: Any) -> None:
        """Record the bounce; any other input is ignored."""
        key = bounces.key_of(options["recipient"])
        content = sys.stdin.buffer.read(bounces.MAX_BYTES)
        verdict = bounces.read_bounce(content) if key else None
        if key is None or verdict is None:
            self.stdout.write("Not a bounce of a message of ours.")
        elif bounces.record_bounce(key=key, verdict=verdict):
            self.stdout.write(f"{verdict.action} {verdict.status}".strip())
        else:
            self.stdout.write("Nothing new.")
