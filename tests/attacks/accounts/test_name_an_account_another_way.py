"""An attacker spreads guesses and messages over spellings of one name, or addresses of one mailbox.

PostgreSQL compares in capitals, where ı is I and ſ is S; mail servers ignore what follows a plus.
Each spelling must count as the name.
"""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.limits.rate_limits import consume_sending, is_blocked
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, LimitHit, User
from accounts.sign_up.by_phone import register_with_code_received
from delivery.models import Channel
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db
MAILBOX = "sissi.li@example.org"
SPELLINGS = ("xiaoyu.si", "xıaoyu.si", "XİAOYU.SI", "xiaoyu.ſi", "ｘiaoyu.si")


@pytest.fixture
def sissi() -> User:
    """A person with a mailbox and a username."""
    account = make_account(MAILBOX)
    User.objects.filter(pk=account.pk).update(username="xiaoyu.si")
    account.refresh_from_db()
    return account


def test_wrong_passwords_count_for_the_account_however_its_name_is_written(sissi: User) -> None:
    for number, login in enumerate(SPELLINGS):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post(reverse("account_login"), {"login": login, "password": "wrong"})
    tries = LimitHit.objects.filter(action="sign_in")
    assert tries.count() == len(SPELLINGS)
    assert tries.values("subject").distinct().count() == 1


def test_a_username_sends_one_code_a_minute_however_it_is_written(
    sissi: User, outbox: Outbox
) -> None:
    for number, login in enumerate(SPELLINGS):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post(reverse("account_code"), {"login": login})
    assert len([letter for letter in outbox.emails() if letter.to == MAILBOX]) == 1


@pytest.mark.parametrize(
    ("way", "field", "more"),
    [
        ("account_code", "login", {}),
        ("account_find_username", "contact", {}),
        ("account_signup", "email", {"password1": PASSWORD} | AGREED),
    ],
)
def test_one_mailbox_gets_one_message_a_minute_whatever_follows_the_plus(
    way: str, field: str, more: dict[str, str], outbox: Outbox
) -> None:
    for number in range(4):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post(reverse(way), {field: f"victim+{number}@example.org"} | more)
    assert len(outbox.emails()) == 1


def test_who_floods_a_mailbox_under_several_addresses_is_blocked_from_it(
    desk_registrar: User, outbox: Outbox
) -> None:
    account = make_account("flooder@example.org")

    def send(address: str) -> LimitReachedError | None:
        try:
            consume_sending(
                account=account, channel=Channel.EMAIL, address=address, client="198.51.100.7"
            )
        except LimitReachedError as error:
            return error
        return None

    answers = [send(f"victim+{number}@example.org") for number in range(5)]
    last = answers[-1]
    assert last is not None
    assert last.is_block
    assert Block.objects.count() == 1
    desk = enter(desk_registrar)
    blocks = reverse("accounts:blocks")
    for typed in ("victim@example.org", "Victim+9@Example.org"):
        assert "没有被限制" not in desk.post(blocks, {"contact": typed}).content.decode()
    block = Block.objects.get()
    desk.post(reverse("accounts:lift_block", args=[block.key]), {"reason": "x"})
    assert not is_blocked("victim+1@example.org", f"account:{account.pk}")


def test_codes_received_for_a_number_are_guessed_at_fifty_times_a_day() -> None:
    guesses = 0
    for _hour in range(6):
        for _ in range(25):
            try:
                register_with_code_received(phone="+8613912345678", password_hash="x", typed="0")
            except LimitReachedError:
                continue
            guesses += 1
        LimitHit.objects.update(at=F("at") - timedelta(minutes=61))
    assert guesses == 50
