"""No entrance reveals whether a person has an account: neither by words nor by time (T3, T4).

What is compared is everything a browser gets: status, headers, cookies but for their
values, and every page up to the last redirect. Verification, which could tell of the
registry, is compared in ``tests/verification/claims/test_oracle.py``; choosing a username has
to say which are taken, to people who are signed in and ten times an hour.
"""

import random
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import Block, LimitHit, User
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db

TRIES = 40
# Of the median: what the clock of a busy machine cannot tell apart. A real gap shows in
# every run; what a busy neighbour brings about does not come back.
TOLERANCE, RUNS = 0.15, 4
RANDOM = random.Random(5)
SERIAL = count()
# The masks of both contacts, the lengths of both names are the same.
KNOWN = {"email": "lin.known@example.org", "phone": "13911115678", "username": "lin.known"}
UNKNOWN = {"email": "lin.other@example.org", "phone": "13922225678", "username": "lin.other"}


@dataclass(frozen=True)
class Door:
    """A form that takes a contact or a name; ``then`` is posted on the page it leads to."""

    path: str
    name: str
    kind: str
    more: dict[str, str] = field(default_factory=dict)
    inside: bool = False
    then: dict[str, str] = field(default_factory=dict)


CODE, WRONG = {"code": "000000"}, {"password": "a wrong phrase"}
DOORS = {
    "sign up by e-mail": Door(
        "/account/signup/", "email", "email", {"password1": PASSWORD} | AGREED
    ),
    "sign up by phone": Door(
        "/account/signup/phone/", "phone", "phone", {"password1": PASSWORD} | AGREED, then=CODE
    ),
    "bind a phone": Door("/account/contacts/phone/", "address", "phone", inside=True, then=CODE),
    "bind a mailbox": Door("/account/contacts/email/", "address", "email", inside=True, then=CODE),
    "a new contact": Door("/account/rescue/", "contact", "phone", then=CODE),
    "find a username by e-mail": Door("/account/username/", "contact", "email"),
    "find a username by phone": Door("/account/username/", "contact", "phone"),
} | {
    f"{what} by {kind}": Door(path, "login", kind, more, then=then)
    for what, path, more, then in (
        ("sign in", "/account/login/", WRONG, {}),
        ("a code", "/account/login/code/", {}, CODE),
        ("a new password", "/account/password/reset/", {}, CODE),
    )
    for kind in ("email", "phone", "username")
}


@pytest.fixture
def cheap_hashes() -> None:
    """None: what a hash costs could tell who is known."""


@pytest.fixture(autouse=True)
def known(outbox: Outbox) -> User:
    """A person with everything an account can have."""
    account = make_account(KNOWN["email"], phone="+86" + KNOWN["phone"])
    User.objects.filter(pk=account.pk).update(username=KNOWN["username"])
    return account


def browser(door: Door) -> Client:
    """A new browser, of someone with an account of their own where the door is inside."""
    if not door.inside:
        return Client()
    found = User.objects.filter(email="visitor@example.org").first()
    return enter(found or make_account("visitor@example.org"))


def forgive() -> None:
    """Let every limit be as if no one had ever come."""
    cache.clear()
    LimitHit.objects.all().delete()
    Block.objects.all().delete()


def knock(client: Client, door: Door, contact: str) -> tuple[float, Any]:
    """Seconds until the form is answered, and the answer."""
    forgive()
    given = {door.name: contact} | door.more
    start = time.perf_counter()
    answer = client.post(door.path, given)
    return time.perf_counter() - start, answer


def visible(answer: Any, contact: str) -> list[object]:
    """What a browser sees of one answer, without what differs between any two visits."""
    body = answer.content.decode().replace(contact, "…")
    body = body.replace(f"{contact[:3]} {contact[3:7]} {contact[7:]}", "…")
    body = re.sub(r'csrfmiddlewaretoken" value="[^"]+|challenge="[^"]+', "", body)
    body = re.sub(r'<time.*?</time>|data-countdown="\d+"|\d{1,2}:\d{2}', "", body, flags=re.DOTALL)
    headers = {k: v for k, v in answer.headers.items() if k not in {"Expires", "Date"}}
    cookies = {
        name: {key: value for key, value in morsel.items() if key != "expires"}
        for name, morsel in answer.cookies.items()
    }
    return [answer.status_code, headers, cookies, body]


def walk(door: Door, contact: str) -> list[object]:
    """Everything seen on the way through a door, and of a wrong code behind it."""
    client = browser(door)
    _, answer = knock(client, door, contact)
    seen = visible(answer, contact)
    page = door.path
    while answer.status_code == 302:
        page = answer.headers["Location"]
        answer = client.get(page)
        seen += visible(answer, contact)
    if door.then:
        answer = client.post(page, door.then)
        seen += visible(answer, contact)
    return seen


@pytest.mark.parametrize("name", DOORS)
def test_every_entrance_shows_known_and_unknown_people_the_same(name: str) -> None:
    door = DOORS[name]
    unknown, known = walk(door, UNKNOWN[door.kind]), walk(door, KNOWN[door.kind])
    assert len(unknown) > 4 or door.path == "/account/login/", "the form was taken"
    assert known == unknown


def fresh(door: Door) -> str:
    """A contact without account; one that signs up has one from then on."""
    if door.path == "/account/signup/":
        return f"lin.{next(SERIAL):05}@example.org"
    return UNKNOWN[door.kind]


def medians(door: Door) -> dict[str, float]:
    """Seconds of each kind, in turns and shuffled, so that a slow moment meets both alike."""
    contacts: dict[str, Callable[[], str]] = {
        "known": lambda: KNOWN[door.kind],
        "unknown": lambda: fresh(door),
    }
    times: dict[str, list[float]] = {kind: [] for kind in contacts}
    client, order = browser(door), list(contacts)
    for _ in range(TRIES):
        RANDOM.shuffle(order)
        for kind in order:
            client = client if door.inside else Client()
            times[kind].append(knock(client, door, contacts[kind]())[0])
    return {kind: statistics.median(seconds) for kind, seconds in times.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", DOORS)
def test_response_times_are_alike_for_known_and_unknown_people(
    name: str, settings: Settings
) -> None:
    settings.SMS_PER_MINUTE = 10**9
    found = []
    for _ in range(RUNS):
        both = medians(DOORS[name])
        found.append({kind: f"{1000 * seconds:.2f} ms" for kind, seconds in both.items()})
        if abs(both["known"] - both["unknown"]) < TOLERANCE * max(both.values()):
            return
    pytest.fail(f"a gap in each run: {found}")
