"""What the person at the page sees when a text message is slow or refused (F9, F10)."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import LimitHit, User
from delivery.models import OutboxMessage, Status
from delivery.outbox import sending, transitions
from delivery.sms.registry import providers
from tests.delivery import fake_sms
from tests.delivery.fake_sms import Fake
from tests.people import enter

pytestmark = pytest.mark.django_db

ASK = reverse("accounts:ask_for_code", args=["sms"])
ENTER = reverse("accounts:enter_code", args=["sms"])
AGAIN = reverse("accounts:resend_code", args=["sms"])


@pytest.fixture
def vendor(settings: Settings) -> Iterator[Fake]:
    """Alibaba Cloud, as far as the portal can tell."""
    settings.SMS_PROVIDERS = ["aliyun"]
    settings.ALIYUN_ACCESS_KEY_ID = "aliyun-id"
    settings.ALIYUN_ACCESS_KEY_SECRET = "aliyun-secret"
    settings.ALIYUN_SMS_SIGN_NAME = "阿里签名"
    settings.SMS_TEMPLATES = {"code": {"aliyun": "SMS_1", "params": ["code"]}}
    with fake_sms.serving() as serving:
        settings.ALIYUN_SMS_ENDPOINT = serving.url
        providers.cache_clear()
        yield serving
    providers.cache_clear()


@pytest.fixture
def asking(li: User) -> Client:
    """李晓雨, who has asked for a code by text message."""
    client = enter(li)
    client.post(ASK, {"address": "13912345678"})
    return client


def page(client: Client) -> str:
    return client.get(ENTER).content.decode()


def test_a_slow_operator_is_told_and_not_asked_twice(
    vendor: Fake, settings: Settings, asking: Client
) -> None:
    settings.SMS_TIMEOUT, vendor.delay = 0.2, 1.0
    sending.send_due()
    assert OutboxMessage.objects.get().status == Status.UNKNOWN
    assert "可能要等几分钟" in page(asking)
    assert sending.send_due() == 0


def test_flow_control_is_waited_for_and_said_so(vendor: Fake, asking: Client) -> None:
    vendor.faults = ["isv.BUSINESS_LIMIT_CONTROL"]
    sending.send_due()
    assert OutboxMessage.objects.get().status == Status.QUEUED
    assert "短信通道繁忙" in page(asking)


@pytest.mark.parametrize("fault", ["isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL"])
def test_a_code_that_could_not_be_sent_is_not_counted(
    vendor: Fake, asking: Client, fault: str
) -> None:
    OutboxMessage.objects.update(attempts=transitions.MAX_ATTEMPTS - 1)  # the last of its tries
    vendor.faults = [fault]
    sending.send_due()
    assert OutboxMessage.objects.get().status == Status.FAILED
    assert not LimitHit.objects.filter(action="send_sms").exists()
    assert "不计次数" in page(asking)
    vendor.faults = []
    assert asking.post(AGAIN)["Location"] == ENTER  # at once, without the minute
    sending.send_due()
    assert len(vendor.accepted) == 1


def test_a_code_that_was_sent_stays_counted(vendor: Fake, asking: Client) -> None:
    sending.send_due()
    assert OutboxMessage.objects.get().status == Status.SENT
    assert LimitHit.objects.filter(action="send_sms").count() == 1
    assert asking.post(AGAIN).status_code == 429
