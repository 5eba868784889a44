"""Twenty clients do the same at the same moment, round after round: one wins each (F16 to F18, T6).

A few rounds run with the suite. The figures of a thousand come from
``RACE_ROUNDS=1000 python -m pytest -s -n 0 tests/races/test_twenty_clients.py``.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.limits.uses import LimitReachedError
from accounts.models import Code, CodePurpose, LimitHit, User
from delivery.models import Channel, OutboxMessage
from enrollment.models import StudentRecord
from tests.people import make_record, make_school, sample_number
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import AttemptState, Claim, VerificationAttempt

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
CLIENTS = 20
POSTS = 1000
VERIFIED = AttemptState.VERIFIED
CAP = 50
AtOnce = Callable[[Callable[[int], Any]], list[Any]]


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    """Twenty threads, each with a connection of its own, that start together."""
    ready = Barrier(CLIENTS)

    def run(act: Callable[[int], Any], number: int) -> Any:
        ready.wait()
        return act(number)

    def leave(_: int) -> None:
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:

        def together(act: Callable[[int], Any]) -> list[Any]:
            return list(pool.map(lambda number: run(act, number), range(CLIENTS)))

        yield together
        together(leave)


@pytest.fixture
def accounts() -> list[User]:
    """One account for each client."""
    made = User.objects.bulk_create(
        User(email=f"c{n}@example.org", password=make_password(None)) for n in range(CLIENTS)
    )
    assert len(made) == CLIENTS
    return list(made)


def number_of(place: int) -> str:
    return f"+861390{place:07}"


@transaction.atomic
def right_code(account: User, place: int) -> str:
    """The code with which ``account`` may bind the number of this round."""
    code = codes.get_or_create_code(
        account=account,
        purpose=CodePurpose.BIND_PHONE,
        channel=Channel.SMS,
        address=number_of(place),
    )
    return codes.derive(code)


def say(figures: str) -> None:
    sys.stdout.write(f"\n{figures}\n")


def tell(what: str, winners: Counter[int], seconds: float) -> None:
    """The figures, for ``-s``: how many rounds had how many winners."""
    found = ", ".join(f"{n} winner(s) in {rounds}" for n, rounds in sorted(winners.items()))
    sys.stdout.write(
        f"\n{what}: {ROUNDS} rounds of {CLIENTS} clients in {seconds:.0f} s: {found}\n"
    )


def rounds(what: str, one_round: Callable[[int], int]) -> None:
    """Run all rounds; each must have exactly one winner."""
    start, winners = time.perf_counter(), Counter[int]()
    for place in range(ROUNDS):
        LimitHit.objects.all().delete()
        winners[one_round(place)] += 1
    tell(what, winners, time.perf_counter() - start)
    assert winners == {1: ROUNDS}


def went_through(act: Callable[[], object]) -> bool:
    try:
        act()
    except LimitReachedError:
        return False
    return True


def test_one_phone_is_bound_by_one_account(accounts: list[User], at_once: AtOnce) -> None:
    def one_round(place: int) -> int:
        Code.objects.all().delete()
        User.objects.update(phone=None, phone_confirmed_at=None)
        typed = [right_code(account, place) for account in accounts]
        outcomes = at_once(
            lambda n: contacts.confirm_binding(
                account=accounts[n], channel=Channel.SMS, typed=typed[n]
            )
        )
        bound = User.objects.filter(phone=number_of(place), phone_confirmed_at__isnull=False)
        assert bound.count() == 1
        return outcomes.count(Outcome.RIGHT)

    rounds("one phone", one_round)


def test_one_code_is_used_once(accounts: list[User], at_once: AtOnce) -> None:
    def one_round(place: int) -> int:
        Code.objects.all().delete()
        account = accounts[0]
        typed = right_code(account, place)
        outcomes = at_once(
            lambda _: codes.check(account=account, purpose=CodePurpose.BIND_PHONE, typed=typed)[0]
        )
        return outcomes.count(Outcome.RIGHT)

    rounds("one code", one_round)


def test_one_cool_down_lets_one_message_through(accounts: list[User], at_once: AtOnce) -> None:
    def one_round(place: int) -> int:
        OutboxMessage.objects.all().delete()
        sent = at_once(
            lambda n: went_through(
                lambda: contacts.request_code(
                    account=accounts[n],
                    channel=Channel.SMS,
                    address=number_of(place),
                    client=f"198.51.100.{n}",
                )
            )
        )
        assert OutboxMessage.objects.count() == sent.count(True)
        return sent.count(True)

    rounds("one cool-down", one_round)


def test_one_record_is_claimed_by_one_account(
    accounts: list[User], at_once: AtOnce, settings: Settings
) -> None:
    settings.VERIFICATION_LIMITS = dict.fromkeys(settings.VERIFICATION_LIMITS, 10**6)
    number = sample_number(12)
    record = make_record(name="李晓雨", number=number)
    make_record(name="李晓雨", number=number, school=make_school("10004", "丁校"))
    facts = Facts("李晓雨", "居民身份证", number, record.candidate_number)

    def one_round(_: int) -> int:
        StudentRecord.objects.update(holder=None, claimed_at=None)
        Claim.objects.all().delete()
        VerificationAttempt.objects.all().delete()
        for account in accounts:
            claims.start_attempt(account=account, facts=facts)
        states = at_once(lambda n: claims.submit_attempt(account=accounts[n]))
        holders = set(StudentRecord.objects.values_list("holder", flat=True))
        won = [account.pk for account, s in zip(accounts, states, strict=True) if s == VERIFIED]
        assert holders == set(won), "both records went to the one who won"
        return len(won)

    rounds("one person's records", one_round)


def post_all(address_of: Callable[[int], str]) -> Counter[int]:
    """A thousand posts by twenty clients at once, each from an address of its own; the answers."""
    cache.clear()

    def post(place: int) -> int:
        client = Client(REMOTE_ADDR=f"2001:db8:{place:x}::1")
        answer = client.post("/account/login/code/", {"login": address_of(place)})
        return int(answer.status_code)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Counter(pool.map(post, range(POSTS)))
        ready = Barrier(CLIENTS)

        def leave(_: int) -> None:
            ready.wait()  # one for each thread
            connection.close()

        list(pool.map(leave, range(CLIENTS)))
    return answers


@pytest.mark.slow
def test_a_thousand_posts_for_one_number_send_one_message() -> None:
    """One a minute: on a slow machine the last posts come after the cool-down of the first."""
    start = time.monotonic()
    answers = post_all(lambda _: "13912345678")
    minutes = 1 + int(time.monotonic() - start) // 60
    say(f"one number: {POSTS} posts, answers {dict(answers)}")
    assert 1 <= answers[302] <= minutes
    assert OutboxMessage.objects.count() == answers[302]
    assert answers[302] + answers[429] == POSTS


@pytest.mark.slow
def test_a_thousand_posts_for_as_many_numbers_never_pass_the_cap(settings: Settings) -> None:
    """The breaker counts the last minute: what a slow machine posts later counts again."""
    settings.SMS_PER_MINUTE = CAP
    start = time.monotonic()
    answers = post_all(number_of)
    minutes = 1 + int(time.monotonic() - start) // 60
    sent = OutboxMessage.objects.values_list("masked_recipient", flat=True)
    sys.stdout.write(
        f"\n{POSTS} numbers, cap {CAP}: {len(sent)} messages, answers {dict(answers)}\n"
    )
    assert CAP <= len(sent) <= CAP * minutes
    assert len(sent) == answers[302]
    assert set(answers) <= {302, 429}
