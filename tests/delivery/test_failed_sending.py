"""What is done about a message whose sending failed, or whose worker died over it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from delivery import tasks
from delivery.errors import PermanentError, TransientError, UncertainError
from delivery.models import OutboxMessage, Status
from delivery.outbox import reconcile, sending, transitions
from delivery.sms.base import Receipt, Sent
from tests.delivery.provider import Provider, due_now, greet
from tests.outbox import Outbox

pytestmark = pytest.mark.django_db


class TestFailures:
    """Errors are told apart by what may be done about them."""

    def test_a_passing_error_waits_longer_each_time(self, use: Any, greeting: str) -> None:
        use(Provider("one", TransientError("flow"), TransientError("flow")))
        message = greet(greeting)
        waits = []
        for _ in range(2):
            due_now()
            sending.send_due()
            message.refresh_from_db()
            assert message.status == Status.QUEUED
            waits.append((message.next_attempt_at - timezone.now()).total_seconds())
        assert 3 < waits[0] < 7 < waits[1] < 13
        assert sending.send_due() == 0
        due_now()
        sending.send_due()
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Status.SENT, 3)

    def test_it_gives_up_in_the_end(self, use: Any, greeting: str) -> None:
        use(Provider("one", *[TransientError("flow")] * transitions.MAX_ATTEMPTS))
        message = greet(greeting)
        for _ in range(transitions.MAX_ATTEMPTS):
            due_now()
            sending.send_due()
        message.refresh_from_db()
        assert (message.status, message.error) == (Status.FAILED, "flow")

    def test_a_permanent_error_is_not_repeated(self, use: Any, greeting: str) -> None:
        provider, second = Provider("one", PermanentError("number")), Provider("two")
        use(provider, second)
        message = greet(greeting)
        sending.send_due()
        due_now()
        assert sending.send_due() == 0
        message.refresh_from_db()
        assert (message.status, message.error) == (Status.FAILED, "number")
        assert len(provider.asked) == 1
        assert second.asked == []

    def test_a_kind_without_words_fails(self, outbox: Outbox) -> None:
        message = greet("nobody-wrote-this")
        assert outbox.texts() == []
        message.refresh_from_db()
        assert (message.status, message.error) == (Status.FAILED, "no-text")

    def test_the_second_provider_steps_in_only_when_nothing_was_accepted(
        self, use: Any, greeting: str
    ) -> None:
        first, second = (
            Provider("one", TransientError("503"), UncertainError("timeout")),
            Provider("two"),
        )
        use(first, second)
        fallen_back, uncertain = greet(greeting), None
        sending.send_due()
        fallen_back.refresh_from_db()
        assert (fallen_back.status, fallen_back.provider) == (Status.SENT, "two")
        uncertain = greet(greeting)
        sending.send_due()
        uncertain.refresh_from_db()
        assert (uncertain.status, len(second.asked)) == (Status.UNKNOWN, 1)

    def test_after_an_unclear_answer_others_are_sent_by_the_second_provider(
        self, use: Any, greeting: str
    ) -> None:
        first, second = Provider("one", UncertainError("http-502")), Provider("two")
        use(first, second)
        lost = greet(greeting)
        sending.send_due()
        asked_again = greet(greeting)
        sending.send_due()
        lost.refresh_from_db()
        asked_again.refresh_from_db()
        assert (lost.status, len(first.asked)) == (Status.UNKNOWN, 1)
        assert (asked_again.status, asked_again.provider) == (Status.SENT, "two")

    def test_an_uncertain_message_is_never_sent_again_blindly(
        self, use: Any, greeting: str
    ) -> None:
        provider = Provider("one", UncertainError("timeout"))
        use(provider)
        greet(greeting)
        for _ in range(3):
            due_now()
            tasks.sweep_outbox()
        assert len(provider.asked) == 1


class Silent(Provider):
    """A provider that answers no look-up."""

    def look_up(self, sent: Sent) -> Receipt:
        self.asked.append(sent)  # type: ignore[arg-type]
        raise TransientError("timeout")


def test_a_provider_that_answers_no_look_up_is_asked_once_in_a_run(
    use: Any, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Silent("one", *[UncertainError("http-502")] * 3)
    use(provider)
    monkeypatch.setattr(reconcile, "providers", lambda: (provider,))
    for _ in range(3):
        greet(greeting)
    sending.send_due()
    due_now()
    assert OutboxMessage.objects.filter(status=Status.UNKNOWN).count() == 3
    provider.asked.clear()
    reconcile.reconcile()
    assert len(provider.asked) == 1
    reconcile.reconcile()
    assert len(provider.asked) == 2


class TestRecovery:
    """What a dead worker left."""

    def test_not_yet_handed_over_is_sent(self, outbox: Outbox, greeting: str) -> None:
        greet(greeting)
        transitions.claim()
        tasks.sweep_outbox()
        assert not list(outbox.directory.glob("sms/*.json"))
        OutboxMessage.objects.update(claimed_at=timezone.now() - timedelta(seconds=31))
        tasks.sweep_outbox()
        assert len(list(outbox.directory.glob("sms/*.json"))) == 1

    def test_handed_over_without_an_answer_is_unknown(self, outbox: Outbox, greeting: str) -> None:
        message = greet(greeting)
        transitions.hand_over(transitions.claim())
        OutboxMessage.objects.update(
            claimed_at=timezone.now() - timedelta(seconds=301),
            handed_over_at=timezone.now() - timedelta(seconds=301),
        )
        tasks.sweep_outbox()
        message.refresh_from_db()
        assert message.status == Status.UNKNOWN
        assert outbox.texts() == []

    def test_a_worker_slower_than_its_lease_still_reports_the_outcome(
        self, outbox: Outbox, greeting: str
    ) -> None:
        message = greet(greeting)
        [claimed] = transitions.claim()
        transitions.hand_over([claimed])
        OutboxMessage.objects.update(handed_over_at=timezone.now() - timedelta(seconds=301))
        transitions.recover()
        transitions.settle([transitions.Outcome(claimed, Status.SENT, "one", "serial")])
        message.refresh_from_db()
        assert (message.status, message.provider_id) == (Status.SENT, "serial")

    def test_a_worker_that_was_overtaken_changes_nothing(
        self, outbox: Outbox, greeting: str
    ) -> None:
        greet(greeting)
        slow = transitions.claim()
        OutboxMessage.objects.update(claimed_at=timezone.now() - timedelta(seconds=31))
        transitions.recover()
        assert len(outbox.texts()) == 1
        assert transitions.hand_over(slow) == set()
        transitions.settle([transitions.Outcome(slow[0], Status.FAILED, error="late")])
        assert OutboxMessage.objects.get().status == Status.SENT
