"""Text messages printed to the terminal, for development."""

import sys

from delivery.sms.base import Pending, Receipt, Sent, Sms
from delivery.sms.templates import text_of


class ConsoleProvider:
    """Prints each message; refused in production by a system check."""

    name = "console"

    def send(self, sms: Sms) -> str:
        """Print the message."""
        sys.stdout.write(f"SMS to {sms.to}: {text_of(sms)}\n")
        sys.stdout.flush()
        return sms.out_id

    def look_up(self, sent: Sent) -> Receipt | Pending:
        """Always pending: the terminal stores nothing."""
        return Pending()
