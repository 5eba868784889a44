"""What can go wrong while sending, told apart by what may be done about it."""

import enum


class Reach(enum.Enum):
    """What an error is about, so that only that waits or is given up."""

    MESSAGE = "message"
    RECIPIENT = "recipient"  # the mailbox, whatever is sent to it
    DOMAIN = "domain"  # every message to the recipient's domain
    SERVER = "server"  # every e-mail: our own server takes none


class DeliveryError(Exception):
    """Base of the errors of sending; ``code`` is short and free of personal data."""

    def __init__(self, code: str, reach: Reach = Reach.MESSAGE) -> None:
        super().__init__(code)
        self.code = code[:80]
        self.reach = reach


class PermanentError(DeliveryError):
    """It will never be accepted (bad number, refused address): do not try again."""


class RuleError(PermanentError):
    """This provider takes no such text by a rule of its own: another provider may."""


class TransientError(DeliveryError):
    """It was surely not accepted, but may be later: flow control, 5xx, no connection."""


class UncertainError(DeliveryError):
    """It was handed over and nobody knows the outcome: never send again blindly."""
