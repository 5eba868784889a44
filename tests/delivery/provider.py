"""An SMS provider that does as it is told, and a text message to send by it."""

from datetime import timedelta

from django.utils import timezone

from delivery import services as delivery
from delivery.errors import DeliveryError
from delivery.models import OutboxMessage
from delivery.sms.base import Sms

PHONE = "+8613800138000"


class Provider:
    """An SMS provider that does as it is told."""

    def __init__(self, name: str, *answers: DeliveryError | None) -> None:
        self.name, self.answers = name, list(answers)
        self.asked: list[Sms] = []

    def send(self, sms: Sms) -> str:
        self.asked.append(sms)
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        return f"{self.name}-{len(self.asked)}"


def greet(kind: str) -> OutboxMessage:
    """A greeting that waits to be sent."""
    return delivery.queue_sms(to=PHONE, kind=kind, params={"name": "李华"}, purpose="greeting")


def due_now() -> None:
    """Let the time until the next attempt pass."""
    OutboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
