"""Limits count in the database, by whom and from where (security rules, Limits; T6, T8)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.limits import rate_limits
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, LimitHit, User
from accounts.requests import client_ip
from delivery.models import Channel

pytestmark = pytest.mark.django_db

CLIENT = "198.51.100.7"


def send(account: User, address: str, client: str = CLIENT) -> None:
    rate_limits.consume_sending(
        account=account, channel=Channel.SMS, address=address, client=client
    )


def later(**delta: float) -> None:
    LimitHit.objects.update(at=F("at") - timedelta(**delta))


def test_a_number_gets_one_a_minute_five_an_hour_ten_a_day(li: User) -> None:
    number = "+8613900000000"
    sent = 0
    for _ in range(2):
        for _ in range(5):
            send(li, number)
            sent += 1
            later(seconds=61)
        with pytest.raises(LimitReachedError) as hour:
            send(li, number)
        assert hour.value.retry_at > timezone.now()
        LimitHit.objects.filter(action="breach").delete()
        later(hours=1)
    assert sent == 10
    with pytest.raises(LimitReachedError) as day:
        send(li, number)
    assert day.value.is_block
    assert Block.objects.get().until > timezone.now() + timedelta(hours=23)


def test_the_third_block_lasts_a_week(li: User) -> None:
    lengths = []
    for _ in range(3):
        send(li, "+8613900000000")
        for _ in range(3):
            with pytest.raises(LimitReachedError):
                send(li, "+8613900000000")
        block = Block.objects.latest("made_at")
        lengths.append(round((block.until - block.made_at) / timedelta(days=1)))
        Block.objects.update(until=F("made_at"))
        LimitHit.objects.all().delete()
    assert lengths == [1, 1, 7]


def test_an_account_sends_to_five_targets_a_day(li: User) -> None:
    for number in range(5):
        send(li, f"+861390000000{number}")
    with pytest.raises(LimitReachedError):
        send(li, "+8613900000009")
    later(seconds=61)
    send(li, "+8613900000000")  # an earlier target stays open
    assert not Block.objects.exists()


def test_a_campus_may_send_twenty_times_as_much(li: User, wang: User, settings: Settings) -> None:
    LimitHit.objects.bulk_create(
        LimitHit(action="send_ip", subject=rate_limits._hash(CLIENT)) for _ in range(100)
    )
    with pytest.raises(LimitReachedError):
        send(li, "+8613900000000")
    settings.CAMPUS_NETWORKS = ["198.51.100.0/24"]
    send(wang, "+8613900000000")


def test_the_breaker_stops_a_flood(li: User, settings: Settings) -> None:
    settings.SMS_PER_MINUTE = 2
    for number in range(2):
        send(li, f"+861390000000{number}")
    later(seconds=10)
    with pytest.raises(LimitReachedError):
        send(li, "+8613900000009")
    later(seconds=51)
    send(li, "+8613900000009")


def test_a_refused_use_is_not_counted(li: User) -> None:
    for _ in range(20):
        with transaction.atomic():
            rate_limits.consume("try_code", "account:1")
    for _ in range(3):
        with pytest.raises(LimitReachedError), transaction.atomic():
            rate_limits.consume("try_code", "account:1")
    assert LimitHit.objects.filter(action="try_code").count() == 20


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 192.0.2.50", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, proxies: int, header: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", headers={"X-Forwarded-For": header})
    assert client_ip.client_address(request) == address
