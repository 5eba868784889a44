"""A message is written with its change, sealed until it is sent, and sent once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
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
from delivery.errors import TransientError
from delivery.models import Channel, ClaimedTexts, OutboxMessage, Status
from delivery.outbox import renderers, sending
from delivery.outbox.content import Content, SmsContent
from delivery.outbox.queries import latest_message
from tests.delivery.provider import PHONE, Provider, due_now, greet
from tests.outbox import Outbox

pytestmark = pytest.mark.django_db


def queue_rendered(kind: str, reference: int) -> OutboxMessage:
    return delivery.queue_rendered(
        channel=Channel.SMS, to=PHONE, kind=kind, reference=reference, purpose="test"
    )


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
