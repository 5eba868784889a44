"""A passkey's answer is used at another page, in another session or for another account (T11)."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.passkeys import Passkey, add_passkey, at_the_second_factor, challenge_of
from tests.people import enter

pytestmark = pytest.mark.django_db
ADD = reverse("mfa_add_webauthn")
ELSEWHERE = (
    "https://evil.example", "http://testserver", "https://testserver.evil.example",
    "https://club.testserver", "https://testserver:8443", "https://testserver/", "null",
)  # fmt: skip


@pytest.fixture
def key(li: User) -> Passkey:
    """A passkey of 李雷's account."""
    made = Passkey()
    add_passkey(li, made)
    return made


def signs_in(client: Client, answer: dict[str, object]) -> bool:
    client.post(reverse("mfa_authenticate"), {"credential": json.dumps(answer)}, secure=True)
    return "_auth_user_id" in client.session


def passkeys(account: User) -> int:
    found: int = account.authenticator_set.filter(type="webauthn").count()  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_an_answer_given_at_another_page_opens_nothing(li: User, key: Passkey, origin: str) -> None:
    """A page under the portal's name, such as a club's, can ask the browser for it, too."""
    browser = at_the_second_factor(li)
    key.origin = origin
    assert not signs_in(browser, key.assertion(challenge_of(browser)))
    key.origin = "https://testserver"
    assert signs_in(browser, key.assertion(challenge_of(browser)))


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_a_passkey_made_at_another_page_is_not_added(li: User, origin: str) -> None:
    made = Passkey()
    made.origin = origin
    add_passkey(li, made)
    assert passkeys(li) == 0


def test_an_answer_counts_in_its_own_session_once(li: User, wang: User, key: Passkey) -> None:
    add_passkey(wang, key)
    first, second, other = (at_the_second_factor(person) for person in (li, li, wang))
    sent = key.assertion(challenge_of(first))
    assert not signs_in(other, sent)
    assert signs_in(first, sent)
    assert not signs_in(second, sent)


def test_a_passkey_removed_meanwhile_opens_nothing(li: User, key: Passkey) -> None:
    browser = at_the_second_factor(li)
    sent = key.assertion(challenge_of(browser))
    li.authenticator_set.all().delete()  # type: ignore[attr-defined]
    assert not signs_in(browser, sent)


def test_a_registration_is_finished_where_it_began(li: User, wang: User) -> None:
    hers, his = enter(li), enter(wang)
    for browser in (hers, his):
        browser.get(ADD, secure=True)
    sent = json.dumps(Passkey().registration(challenge_of(hers)))
    his.post(ADD, {"name": "x", "credential": sent}, secure=True)
    assert passkeys(wang) == 0
    for _ in range(2):
        hers.post(ADD, {"name": "x", "credential": sent}, secure=True)
    assert passkeys(li) == 1
