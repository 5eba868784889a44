"""What can go wrong while sending, told apart by what may be done about it."""


class DeliveryError(Exception):
    """Base of the errors of sending; ``code`` is short and free of personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:80]


class PermanentError(DeliveryError):
    """It will never be accepted (bad number, refused address): do not try again."""


class PassingError(DeliveryError):
    """It was surely not accepted, but may be later: flow control, 5xx, no connection."""


class UncertainError(DeliveryError):
    """It was handed over and nobody knows the outcome: never send again blindly."""
