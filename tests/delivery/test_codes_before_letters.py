"""A code comes before the letters of a whole school to the same mail domain."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from delivery import services as delivery
from delivery.models import Channel, MailDomain, OutboxMessage, Status
from delivery.outbox import renderers, sending, transitions
from delivery.outbox.content import EmailContent
from delivery.outbox.queries import seconds_overdue
from tests.delivery.fake_smtp import OK, FakeSmtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow_school(server: FakeSmtp, settings: Settings) -> FakeSmtp:
    """A school's letters wait for a mail domain that takes ten a minute."""
    settings.EMAIL_DOMAIN_PER_MINUTE = 10
    letters = [
        (f"s{n}@example.com", EmailContent(subject="通知", text="正文"), None) for n in range(250)
    ]
    delivery.queue_many(letters, purpose="test")
    hours_ago = timezone.now() - timedelta(hours=2)
    OutboxMessage.objects.update(created_at=hours_ago, next_attempt_at=hours_ago)
    sending.send_due()
    renderers.register_renderer(
        "test-code", lambda keys: {key: EmailContent(subject="校验码", text=key) for key in keys}
    )
    return server


def queue_code() -> OutboxMessage:
    return delivery.queue_rendered(
        channel=Channel.EMAIL, to="me@example.com", kind="test-code", reference=1, purpose="test"
    )


def send_for_minutes(number: int) -> None:
    for _minute in range(number):
        past = timezone.now() - timedelta(minutes=2)
        MailDomain.objects.update(paused_until=past, window_started_at=past)
        sending.send_due()


def test_a_code_does_not_wait_for_the_letters_of_a_whole_school(slow_school: FakeSmtp) -> None:
    queue_code()
    send_for_minutes(2)
    assert OutboxMessage.objects.get(kind="test-code").status == Status.SENT
    assert OutboxMessage.objects.filter(status=Status.QUEUED).count() > 20


@pytest.mark.parametrize("answer", ["451 later", "450 4.7.1 frequency limited"])
def test_a_code_that_the_mail_server_put_off_still_comes_before_the_letters(
    slow_school: FakeSmtp, answer: str
) -> None:
    slow_school.rcpt = lambda address: answer if address.startswith("me") else OK
    code = queue_code()
    send_for_minutes(2)
    code.refresh_from_db()
    assert (code.status, code.attempts) in {(Status.QUEUED, 1), (Status.QUEUED, 0)}
    slow_school.rcpt = lambda address: OK
    wait = timedelta(seconds=10)
    OutboxMessage.objects.filter(pk=code.pk).update(next_attempt_at=F("next_attempt_at") - wait)
    send_for_minutes(2)
    code.refresh_from_db()
    assert code.status == Status.SENT
    assert OutboxMessage.objects.filter(status=Status.QUEUED).count() > 20


def test_a_code_that_was_put_off_is_not_tried_again_at_once_nor_overdue(server: FakeSmtp) -> None:
    renderers.register_renderer(
        "test-code", lambda keys: {key: EmailContent(subject="校验码", text=key) for key in keys}
    )
    server.rcpt = lambda address: "451 later"
    queue_code()
    sent = [sending.send_due() for _try in range(3)]
    assert sent == [1, 0, 0]
    assert seconds_overdue() == 0


def test_a_code_of_yesterday_waits_between_its_tries(server: FakeSmtp) -> None:
    """A head start of a day would make it due again at once, for ever."""
    renderers.register_renderer(
        "test-code", lambda keys: {key: EmailContent(subject="校验码", text=key) for key in keys}
    )
    server.rcpt = lambda address: "451 later"
    code = queue_code()
    asked_at = timezone.now() - timedelta(hours=23, minutes=50)
    OutboxMessage.objects.filter(pk=code.pk).update(
        created_at=asked_at, next_attempt_at=asked_at - timedelta(days=1), attempts=14
    )
    assert [sending.send_due() for _try in range(3)] == [1, 0, 0]
    assert seconds_overdue() == 0


def test_a_code_whose_worker_died_keeps_its_place(slow_school: FakeSmtp) -> None:
    code = queue_code()
    long_ago = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.filter(pk=code.pk).update(status=Status.SENDING, claimed_at=long_ago)
    transitions.recover()
    send_for_minutes(2)
    code.refresh_from_db()
    assert code.status == Status.SENT


def test_a_code_that_waits_is_overdue_from_when_it_was_queued() -> None:
    queue_code()
    assert seconds_overdue() < 60
