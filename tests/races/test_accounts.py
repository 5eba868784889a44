"""Twenty clients at once: exactly one wins (F16, F18, T7)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.identifiers import services as identifiers
from accounts.limits import rate_limits
from accounts.limits.rules import DAY
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, Code, CodePurpose, LimitHit, User
from accounts.sign_in import by_code
from delivery.models import Channel, OutboxMessage
from tests.people import make_account

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 20
NUMBER = "+8613912345678"


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Run ``act`` in twenty threads that start together; what each returned."""
    ready = Barrier(CLIENTS)

    def run(number: int) -> Any:
        try:
            ready.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def went_through(act: Callable[[], object]) -> bool:
    try:
        act()
    except LimitReachedError:
        return False
    return True


def send(account: User) -> bool:
    return went_through(
        lambda: contacts.request_code(
            account=account, channel=Channel.SMS, address=NUMBER, client="198.51.100.7"
        )
    )


def test_one_message_leaves_for_one_number() -> None:
    accounts = [make_account(f"c{n}@example.org") for n in range(CLIENTS)]
    assert at_once(lambda n: send(accounts[n])).count(True) == 1
    assert OutboxMessage.objects.count() == 1


def test_one_message_leaves_for_one_unknown_number() -> None:
    """The same where no one is signed in, and with the username of an account."""
    make_account("owner@example.org", phone=NUMBER)
    for place, login in enumerate((NUMBER, "nobody@example.org", "nobody.at.all")):
        ask = partial(
            by_code.ask_for_code,
            identifier=identifiers.parse(login),
            purpose=CodePurpose.SIGN_IN,
            client=f"198.51.100.{place}",
            browser="x",
        )
        asked = partial(went_through, ask)
        assert at_once(lambda _: asked()).count(True) == 1  # noqa: B023 - called at once
    assert OutboxMessage.objects.count() == 3


def test_a_code_signs_in_once_and_is_tried_five_times() -> None:
    account = make_account("owner@example.org", phone=NUMBER)
    code = by_code.ask_for_code(
        identifier=identifiers.parse(NUMBER),
        purpose=CodePurpose.SIGN_IN,
        client="198.51.100.7",
        browser="x",
    )
    tried = at_once(lambda _: codes.check_asked(code=code, typed="x")[0])
    assert tried.count(Outcome.WRONG) == codes.MAX_TRIES - 1
    Code.objects.update(tries=0)
    right = codes.derive(code)
    used = at_once(lambda _: by_code.use_code(code=code, typed=right)[1])
    assert used.count(account) == 1


def test_one_account_binds_one_number() -> None:
    accounts = [make_account(f"c{n}@example.org") for n in range(CLIENTS)]
    typed = []
    for account in accounts:
        LimitHit.objects.all().delete()
        assert send(account)
        typed.append(codes.derive(Code.objects.get(account=account)))
    outcomes = at_once(
        lambda n: contacts.confirm_binding(account=accounts[n], channel=Channel.SMS, typed=typed[n])
    )
    assert outcomes.count(Outcome.RIGHT) == 1
    assert User.objects.filter(phone=NUMBER, phone_confirmed_at__isnull=False).count() == 1


def test_a_code_is_used_once_and_tried_five_times() -> None:
    account = make_account("c@example.org")
    assert send(account)
    code = Code.objects.get()
    right = codes.derive(code)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    def check(typed: str) -> Outcome:
        return codes.check(account=account, purpose=CodePurpose.BIND_PHONE, typed=typed)[0]

    assert at_once(lambda n: check(right)).count(Outcome.RIGHT) == 1
    Code.objects.update(used_at=None, closed_at=None, tries=0)
    at_once(lambda n: check(wrong))
    code.refresh_from_db()
    assert code.tries == codes.MAX_TRIES
    assert check(right) is Outcome.OVER


def test_a_limit_is_met_exactly() -> None:
    account = make_account("c@example.org")

    def spend(number: int) -> bool:
        address = f"+86139000000{number:02d}"
        return went_through(
            lambda: rate_limits.consume_sending(
                account=account,
                channel=Channel.SMS,
                address=address,
                client="198.51.100.7",
                browser="x",
            )
        )

    assert at_once(spend).count(True) == 5  # targets of one account in a day


def test_one_burst_makes_one_block() -> None:
    account = make_account("c@example.org")
    at_once(lambda _: send(account))
    [block] = Block.objects.all()
    assert block.until < timezone.now() + 2 * DAY


def test_the_breaker_lets_exactly_its_number_through(settings: Settings) -> None:
    settings.SMS_PER_MINUTE = 5
    accounts = [make_account(f"c{n}@example.org") for n in range(CLIENTS)]

    def spend(number: int) -> bool:
        return went_through(
            lambda: rate_limits.consume_sending(
                account=accounts[number],
                channel=Channel.SMS,
                address=f"+861390000{number:04d}",
                client=f"198.51.100.{number}",
            )
        )

    assert at_once(spend).count(True) == 5
