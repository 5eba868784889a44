"""What a vendor tells of a message after it was sent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from delivery.models import OutboxMessage, Status
from delivery.outbox import sending, transitions
from tests.delivery.provider import Provider, greet

pytestmark = pytest.mark.django_db


class TestReceipts:
    """Receipts come late, twice and out of order."""

    @pytest.fixture
    def sent(self, use: Any, greeting: str) -> OutboxMessage:
        use(Provider("one"))
        message = greet(greeting)
        sending.send_due()
        message.refresh_from_db()
        return message

    def receipt(self, sent: OutboxMessage, *, delivered: bool, out_id: str = "") -> bool:
        return transitions.record_receipt(
            provider="one",
            provider_id=sent.provider_id,
            out_id=out_id,
            delivered=delivered,
            at=datetime(2026, 9, 1, tzinfo=UTC),
            error="" if delivered else "UNREACHABLE",
        )

    def test_twice_is_once(self, sent: OutboxMessage) -> None:
        assert self.receipt(sent, delivered=True) is True
        assert self.receipt(sent, delivered=True) is False
        assert self.receipt(sent, delivered=False) is False
        sent.refresh_from_db()
        assert (sent.status, sent.error) == (Status.DELIVERED, "")
        assert sent.settled_at == datetime(2026, 9, 1, tzinfo=UTC)

    def test_a_failure_is_told(self, sent: OutboxMessage) -> None:
        assert self.receipt(sent, delivered=False, out_id=str(sent.key)) is True
        sent.refresh_from_db()
        assert (sent.status, sent.error) == (Status.FAILED, "UNREACHABLE")

    def test_a_receipt_ends_the_doubt(self, sent: OutboxMessage) -> None:
        OutboxMessage.objects.update(status=Status.UNKNOWN, sent_at=None)
        assert self.receipt(sent, delivered=True) is True
        sent.refresh_from_db()
        assert sent.sent_at is not None
