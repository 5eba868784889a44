"""Alibaba Cloud and Tencent Cloud, spoken to over HTTP; the fake checks each signature."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from delivery import services as delivery
from delivery.models import OutboxMessage, Status
from delivery.outbox import reconcile, sending
from delivery.sms.base import Sms
from delivery.sms.registry import providers
from tests.delivery import fake_sms
from tests.delivery.fake_sms import Fake

pytestmark = pytest.mark.django_db

PHONE = "+8613800138000"
SIGNED = {"aliyun": "阿里签名", "tencent": "腾讯签名"}


@pytest.fixture
def fake(settings: Settings, greeting: str) -> Iterator[Fake]:
    """Both vendors, configured."""
    with fake_sms.serving() as serving:
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = serving.url
        settings.ALIYUN_ACCESS_KEY_ID, settings.TENCENT_SECRET_ID = "aliyun-id", "tencent-id"
        settings.ALIYUN_ACCESS_KEY_SECRET = "aliyun-secret"
        settings.TENCENT_SECRET_KEY = "tencent-secret"
        settings.ALIYUN_SMS_SIGN_NAME = SIGNED["aliyun"]
        settings.TENCENT_SMS_SIGN_NAME = SIGNED["tencent"]
        settings.TENCENT_SMS_APP_ID = "1400"
        settings.SMS_TEMPLATES = {greeting: {"aliyun": "SMS_1", "tencent": "11"}}
        settings.SMS_RECEIPT_TOKEN = "only-the-vendors-know"
        settings.SMS_TIMEOUT = 5
        yield serving


def greet() -> OutboxMessage:
    return delivery.queue_sms(
        to=PHONE, kind="greeting", params={"name": "李 华*~/+"}, purpose="test"
    )


def send(settings: Settings, *names: str) -> OutboxMessage:
    settings.SMS_PROVIDERS = list(names)
    message = greet()
    sending.send_due()
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
class TestEachVendor:
    """What must hold for both."""

    def test_a_signed_message_is_accepted(self, fake: Fake, settings: Settings, name: str) -> None:
        message = send(settings, name)
        assert (message.status, message.provider) == (Status.SENT, name)
        assert message.provider_id == "serial-1"
        [accepted] = fake.accepted
        assert accepted["out_id"] == message.key.hex
        assert accepted["sign"] == SIGNED[name]
        assert accepted["to"] == ("13800138000" if name == "aliyun" else PHONE)
        params = accepted["params"]
        assert (params["name"] if isinstance(params, dict) else params[0]) == "李 华*~/+"

    def test_a_wrong_secret_is_refused_and_tried_again_later(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        settings.ALIYUN_ACCESS_KEY_SECRET = settings.TENCENT_SECRET_KEY = "wrong"
        assert send(settings, name).status == Status.QUEUED
        assert (fake.refused_signatures, fake.accepted) == (1, [])

    @pytest.mark.parametrize("fault", [500, 503, 429, 502, 504])
    def test_a_server_error_waits_and_that_of_a_gateway_proves_nothing(
        self, fake: Fake, settings: Settings, name: str, fault: int
    ) -> None:
        status = Status.UNKNOWN if fault in (502, 504) else Status.QUEUED
        fake.faults = [fault]
        message = send(settings, name)
        assert (message.status, message.error) == (status, f"http-{fault}")

    def test_a_bad_number_fails_for_good(self, fake: Fake, settings: Settings, name: str) -> None:
        code = {
            "aliyun": "isv.MOBILE_NUMBER_ILLEGAL",
            "tencent": "InvalidParameterValue.IncorrectPhoneNumber",
        }[name]
        fake.faults = [code]
        message = send(settings, name)
        assert (message.status, message.error) == (Status.FAILED, code)

    def test_flow_control_falls_back_to_the_other_vendor(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        other = {"aliyun": "tencent", "tencent": "aliyun"}[name]
        fake.faults = ["isv.BUSINESS_LIMIT_CONTROL" if name == "aliyun" else "LimitExceeded"]
        message = send(settings, name, other)
        assert (message.status, message.provider) == (Status.SENT, other)
        assert [accepted["vendor"] for accepted in fake.accepted] == [other]

    def test_accepted_but_the_answer_is_lost_is_found_out_and_not_sent_twice(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        fake.faults = ["lost"]
        message = send(settings, name)
        assert message.status == Status.UNKNOWN
        assert sending.send_due() == 0
        assert reconcile.reconcile() == 1
        message.refresh_from_db()
        assert message.status == Status.DELIVERED
        assert len(fake.accepted) == 1
        assert bytes(message.sealed) == b""

    def test_a_slow_vendor_is_not_asked_twice(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        settings.SMS_TIMEOUT, fake.delay = 0.2, 1.0
        assert send(settings, name).status == Status.UNKNOWN
        assert sending.send_due() == 0

    def test_a_message_waits_while_the_vendor_cannot_be_reached(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = "http://127.0.0.1:9"
        message = send(settings, name)
        assert (message.status, message.error) == (Status.QUEUED, "NewConnectionError")

    def test_a_kind_without_template_waits_for_the_operator(
        self, fake: Fake, settings: Settings, name: str
    ) -> None:
        settings.SMS_TEMPLATES = {}
        message = send(settings, name)
        assert (message.status, message.error) == (Status.QUEUED, "template-not-configured")


def test_a_message_that_cannot_be_asked_about_holds_up_no_other(
    fake: Fake, settings: Settings
) -> None:
    fake.faults = ["drop"]
    damaged = send(settings, "aliyun")
    fake.faults = ["drop"]
    message = send(settings, "aliyun")
    past = timezone.now() - timedelta(minutes=11)
    OutboxMessage.objects.update(handed_over_at=past, next_attempt_at=past)
    OutboxMessage.objects.filter(pk=damaged.pk).update(
        sealed=b"of no key", next_attempt_at=past - timedelta(minutes=1)
    )
    assert reconcile.reconcile() == 2
    message.refresh_from_db()
    assert message.status == Status.QUEUED


def test_what_the_provider_never_had_is_sent_again(fake: Fake, settings: Settings) -> None:
    """Alibaba lists every accepted message; after ten minutes its absence is proof."""
    fake.faults = ["drop"]
    message = send(settings, "aliyun")
    assert message.status == Status.UNKNOWN
    reconcile.reconcile()
    message.refresh_from_db()
    assert message.status == Status.UNKNOWN, "too early to tell"
    past = timezone.now() - timedelta(minutes=11)
    OutboxMessage.objects.update(handed_over_at=past, next_attempt_at=past)
    reconcile.reconcile()
    sending.send_due()
    message.refresh_from_db()
    assert message.status == Status.SENT
    assert [accepted["out_id"] for accepted in fake.accepted] == [message.key.hex]


def test_an_unanswered_question_is_asked_again_less_and_less_often(
    fake: Fake, settings: Settings
) -> None:
    fake.faults = ["drop"]
    send(settings, "tencent")
    assert [reconcile.reconcile(), reconcile.reconcile()] == [1, 0]
    past = timezone.now() - timedelta(hours=2)
    OutboxMessage.objects.update(handed_over_at=past, next_attempt_at=past)
    assert reconcile.reconcile() == 1
    wait = OutboxMessage.objects.get().next_attempt_at - timezone.now()
    assert timedelta(hours=1, minutes=59) < wait < timedelta(hours=2, minutes=1)


class TestPushedReceipts:
    """Vendors push receipts, sometimes twice, to an address only they know."""

    ADDRESS = "/delivery/receipts/{}/only-the-vendors-know/"

    def aliyun(self, message: OutboxMessage, **changes: Any) -> list[dict[str, Any]]:
        item = {
            "phone_number": "13800138000",
            "send_time": "2026-09-01 08:00:00",
            "report_time": "2026-09-01 08:00:03",
            "success": True,
            "err_code": "DELIVERED",
            "biz_id": message.provider_id,
            "out_id": message.key.hex,
        }
        return [item | changes]

    def tencent(self, message: OutboxMessage, **changes: Any) -> list[dict[str, Any]]:
        item = {
            "user_receive_time": "2026-09-01 08:00:03",
            "nationcode": "86",
            "mobile": "13800138000",
            "report_status": "SUCCESS",
            "errmsg": "DELIVRD",
            "sid": message.provider_id,
        }
        return [item | changes]

    def post(self, client: Client, name: str, body: object) -> Any:
        return client.post(
            self.ADDRESS.format(name), json.dumps(body), content_type="application/json"
        )

    @pytest.mark.parametrize("name", ["aliyun", "tencent"])
    def test_delivered_once(
        self, client: Client, fake: Fake, settings: Settings, name: str
    ) -> None:
        message = send(settings, name)
        body = getattr(self, name)(message)
        for _ in range(2):
            answer = self.post(client, name, body)
            assert answer.status_code == 200
            assert 0 in answer.json().values()
        message.refresh_from_db()
        assert message.status == Status.DELIVERED
        assert message.settled_at is not None
        assert message.settled_at.isoformat() == "2026-09-01T00:00:03+00:00"

    @pytest.mark.parametrize(
        ("name", "failure"),
        [
            ("aliyun", {"success": False, "err_code": "MK:0001"}),
            ("tencent", {"report_status": "FAIL", "errmsg": "MK:0001"}),
        ],
    )
    def test_undelivered_is_told(
        self, client: Client, fake: Fake, settings: Settings, name: str, failure: dict[str, Any]
    ) -> None:
        message = send(settings, name)
        self.post(client, name, getattr(self, name)(message, **failure))
        message.refresh_from_db()
        assert (message.status, message.error) == (Status.FAILED, "MK:0001")

    def test_strangers_find_nothing(self, client: Client, settings: Settings) -> None:
        for address in (
            "/delivery/receipts/aliyun/guess/",
            "/delivery/receipts/elsewhere/only-the-vendors-know/",
        ):
            assert client.post(address, "[]", content_type="application/json").status_code == 404
        settings.SMS_RECEIPT_TOKEN = ""
        assert self.post(client, "aliyun", []).status_code == 404
        assert client.get(self.ADDRESS.format("aliyun")).status_code in (404, 405)

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{}",
            "[1]",
            "[null]",
            "[[]]",
            "[" * 100_000,
            '[{"biz_id": "x"}]',
            '[{"biz_id": "x", "success": true, "report_time": "yesterday"}]',
            '[{"biz_id": "x", "success": true, "report_time": 5}]',
            "\udcff".encode("utf-8", "surrogatepass"),
        ],
    )
    def test_nonsense_is_refused(self, client: Client, fake: Fake, body: str | bytes) -> None:
        answer = client.post(self.ADDRESS.format("aliyun"), body, content_type="application/json")
        assert answer.status_code == 400

    def test_odd_text_in_a_receipt_harms_nothing(
        self, client: Client, fake: Fake, settings: Settings
    ) -> None:
        message = send(settings, "aliyun")
        body = self.aliyun(message, out_id="\x00'--", biz_id="x\x00" * 500, err_code="\x00")
        assert self.post(client, "aliyun", body).status_code == 200
        message.refresh_from_db()
        assert message.status == Status.SENT


def test_many_at_once_keep_their_connections(fake: Fake, settings: Settings) -> None:
    settings.SMS_PROVIDERS = ["aliyun"]
    for _ in range(40):
        greet()
    assert sending.send_due() == 40
    assert len({accepted["out_id"] for accepted in fake.accepted}) == 40
    assert OutboxMessage.objects.filter(status=Status.SENT).count() == 40
    [provider] = providers()
    assert provider.send(Sms("0" * 32, PHONE, "greeting", {"name": "x"})) == "serial-41"
