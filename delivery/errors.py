"""Errors of sending, classified by whether the message may be sent again."""

import enum

# Answered by a gateway in front of the service, which may have taken the message all the same.
BY_A_GATEWAY = frozenset({502, 504})


class Scope(enum.Enum):
    """What an error applies to: only that is paused or given up."""

    MESSAGE = "message"
    RECIPIENT = "recipient"  # every message to this mailbox
    DOMAIN = "domain"  # every message to the recipient's domain
    SERVER = "server"  # every e-mail: our own server accepts none


class DeliveryError(Exception):
    """Base of the errors of sending; ``code`` is short and free of personal data."""

    def __init__(self, code: str, scope: Scope = Scope.MESSAGE) -> None:
        super().__init__(code)
        self.code = code[:80]
        self.scope = scope


class PermanentError(DeliveryError):
    """The message will never be accepted (bad number, refused address): not sent again."""


class RuleError(PermanentError):
    """This provider's own rules refuse the text; another provider may accept it."""


class TransientError(DeliveryError):
    """The message was not accepted, but may be later: flow control, 5xx, no connection."""


class UncertainError(DeliveryError):
    """The message was handed over with unknown result: not sent again without a look-up."""
