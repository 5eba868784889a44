"""Signing up asks for consent, ticks nothing, and keeps version and time."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent, LimitHit, Purpose, User
from tests.accounts.consent.consenting import ASK
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD

pytestmark = pytest.mark.django_db

MAILBOX, NUMBER = "new.comer@example.org", "13912345678"
BOTH_WAYS = [
    ("/account/signup/", {"email": MAILBOX, "password1": PASSWORD}),
    ("/account/signup/phone/", {"phone": NUMBER, "password1": PASSWORD}),
]


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_signing_up_shows_the_notice_and_ticks_nothing(
    client: Client, path: str, given: dict[str, str], settings: Any
) -> None:
    settings.DATA_PROCESSOR, settings.PRIVACY_CONTACT = "示范省教育考试院", "data@example.org"
    page = client.get(path).content.decode()
    for told in (
        "谁处理",
        "为了什么",
        "保存多久",
        "你的权利",
        "示范省教育考试院",
        "data@example.org",
    ):
        assert told in page
    [box] = re.findall(r'<input[^>]*name="consent"[^>]*>', page)
    assert "checked" not in box
    [link] = re.findall(r'href="(/help/privacy/[^"]+)"', page)
    full = client.get(link).content.decode()
    assert "你的权利" in full
    assert "示范省教育考试院" in full


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_without_the_tick_there_is_no_account(
    client: Client, path: str, given: dict[str, str], outbox: Outbox
) -> None:
    answer = client.post(path, given)
    assert answer.status_code == 200
    assert "请阅读告知并勾选同意后再继续" in answer.content.decode()
    assert not User.objects.exists()
    assert outbox.emails() + outbox.texts() == []


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_signing_up_keeps_version_and_time(
    client: Client, path: str, given: dict[str, str], outbox: Outbox
) -> None:
    before = timezone.now()
    client.post(path, given | AGREED)
    [consent] = Consent.objects.all()
    assert (consent.purpose, consent.version) == (Purpose.ACCOUNT, 1)
    assert before <= consent.given_at <= timezone.now()
    LimitHit.objects.all().delete()
    client.post(path, given | AGREED)  # the same browser again
    assert Consent.objects.count() == 1


def test_a_mailbox_proved_by_its_owner_drops_a_strangers_consent(outbox: Outbox) -> None:
    Client().post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    link = re.search(r"http://[^/]+(\S+)", outbox.emails()[-1].text)
    assert link
    owner = Client()
    owner.post(link.group(1), {"password1": "four other calm words"})
    assert not Consent.objects.exists()
    assert owner.get(reverse("desk")).headers["Location"].startswith(ASK)
