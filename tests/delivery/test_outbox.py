"""A message is written with its change, sent once, and what became of it is told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from delivery import services as delivery
from delivery import tasks
from delivery.checks import check_transports
from delivery.errors import DeliveryError, PermanentError, TransientError, UncertainError
from delivery.models import Channel, ClaimedTexts, OutboxMessage, Status
from delivery.outbox import renderers, sending, transitions
from delivery.outbox.content import Content, SmsContent
from delivery.outbox.queries import latest_message
from delivery.sms.base import Sms
from tests.outbox import Outbox

pytestmark = pytest.mark.django_db

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


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(*providers: Provider) -> None:
        monkeypatch.setattr(sending, "providers", lambda: providers)

    return install


def greet(kind: str) -> OutboxMessage:
    return delivery.queue_sms(to=PHONE, kind=kind, params={"name": "李华"}, purpose="greeting")


def queue_rendered(kind: str, reference: int) -> OutboxMessage:
    return delivery.queue_rendered(
        channel=Channel.SMS, to=PHONE, kind=kind, reference=reference, purpose="test"
    )


def due_now() -> None:
    OutboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_an_email_and_a_text_message_reach_their_recipients(outbox: Outbox, greeting: str) -> None:
    delivery.queue_email(
        to="lihua@example.com", subject="你好", text="正文", html="<p>正文</p>", purpose="greeting"
    )
    greet(greeting)
    [email] = outbox.emails()
    assert (email.to, email.text.strip()) == ("lihua@example.com", "正文")
    assert email.subject == "你好 · 学籍门户"
    assert email.html.strip() == "<p>正文</p>"
    [text] = outbox.texts()
    assert (text.to, text.text) == (PHONE, "李华，你好。")


def test_tries_of_a_message_count_towards_the_texts_of_a_minute(
    use: Any, settings: Settings, greeting: str
) -> None:
    settings.SMS_PER_MINUTE = 3
    provider = Provider("flaky", *[TransientError("busy")] * 9)
    use(provider)
    greet(greeting)
    greet(greeting)
    for _ in range(4):
        due_now()
        sending.send_due()
    assert len(provider.asked) == 3
    ClaimedTexts.objects.update(at=F("at") - timedelta(minutes=1))
    due_now()
    sending.send_due()
    assert len(provider.asked) == 5


def test_what_a_message_says_is_sealed_and_blanked_once_sent(outbox: Outbox, greeting: str) -> None:
    message = greet(greeting)
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM delivery_outboxmessage m")
        row = cursor.fetchone()[0]
    assert "13800138000" not in row
    assert "李华" not in row
    assert "李华".encode() not in bytes(message.sealed)
    assert message.masked_recipient == "138****8000"
    outbox.texts()
    message.refresh_from_db()
    assert (message.status, bytes(message.sealed)) == (Status.SENT, b"")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(sealed=b"something")


def test_django_mail_with_attachment_goes_through_the_outbox(outbox: Outbox) -> None:
    email = EmailMultiAlternatives(
        "摘要",
        "见附件",
        to=["a@example.com", "b@example.com"],
        headers={"X-Portal-Purpose": "digest"},
    )
    email.attach_alternative("<p>见附件</p>", "text/html")
    email.attach("digest.csv", "姓名\n李华\n", "text/csv")
    assert email.send() == 1
    assert set(OutboxMessage.objects.values_list("purpose", flat=True)) == {"digest"}
    assert {letter.to for letter in outbox.emails()} == {"a@example.com", "b@example.com"}
    stored = next((outbox.directory / "email").glob("*.eml")).read_bytes()
    assert b"digest.csv" in stored
    assert b"X-Portal-Purpose" not in stored


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_sends_nothing(outbox: Outbox, greeting: str) -> None:
    with transaction.atomic():
        greet(greeting)
        transaction.set_rollback(True)
    assert outbox.texts() == []


class TestRendering:
    """A code exists in the clear only at the moment of sending."""

    def test_text_is_made_when_sent(self, outbox: Outbox, greeting: str) -> None:
        def render(references: Sequence[str]) -> Mapping[str, Content]:
            return {ref: SmsContent(greeting, {"name": f"第{ref}位"}) for ref in references}

        renderers.register_renderer("test-rendered", render)
        for reference in (7, 8):
            delivery.queue_rendered(
                channel=Channel.SMS,
                to=PHONE,
                kind="test-rendered",
                reference=reference,
                purpose="x",
            )
        assert {text.text for text in outbox.texts()} == {"第7位，你好。", "第8位，你好。"}
        message = latest_message(kind="test-rendered", reference=8)
        assert message is not None
        assert message.status == Status.SENT

    def test_what_has_expired_is_not_sent(self, outbox: Outbox) -> None:
        renderers.register_renderer("test-expired", lambda references: {})
        message = queue_rendered("test-expired", 1)
        assert outbox.texts() == []
        message.refresh_from_db()
        assert (message.status, message.error) == (Status.FAILED, "expired")

    def test_a_faulty_renderer_delays_no_other_message(self, outbox: Outbox, greeting: str) -> None:
        def fault(references: Sequence[str]) -> Mapping[str, Content]:
            raise ZeroDivisionError

        renderers.register_renderer("test-fault", fault)
        queue_rendered("test-fault", 1)
        greet(greeting)
        assert [text.text for text in outbox.texts()] == ["李华，你好。"]


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


def test_many_messages_cost_one_insert(
    django_assert_max_num_queries: Any, outbox: Outbox, greeting: str
) -> None:
    contents = [(PHONE, SmsContent(greeting, {"name": str(n)}), None) for n in range(250)]
    with django_assert_max_num_queries(3):
        assert len(delivery.queue_many(contents, purpose="reminder")) == 250
    assert len(outbox.texts()) == 250


def test_old_rows_are_deleted_when_their_story_has_ended(outbox: Outbox, greeting: str) -> None:
    greet(greeting)
    outbox.texts()
    waiting = greet(greeting)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=91))
    tasks.prune_outbox()
    assert OutboxMessage.objects.get() == waiting


@pytest.mark.parametrize(
    ("providers", "transport", "errors"),
    [
        (["file"], "smtp", {"delivery.E001"}),
        ([], "smtp", {"delivery.E001"}),
        (["tencent", "console"], "file", {"delivery.E001", "delivery.E002", "delivery.E003"}),
        (["tencent"], "smtp", {"delivery.E003"}),
        (["aliyun"], "smtp", set()),
    ],
)
def test_production_refuses_to_pretend(
    settings: Settings, providers: list[str], transport: str, errors: set[str]
) -> None:
    settings.SMS_PROVIDERS, settings.EMAIL_TRANSPORT = providers, transport
    settings.ALIYUN_ACCESS_KEY_ID = settings.ALIYUN_ACCESS_KEY_SECRET = "given"
    settings.ALIYUN_SMS_SIGN_NAME = "given"
    assert check_transports() == []
    settings.PRODUCTION = True
    assert {error.id for error in check_transports()} == errors
