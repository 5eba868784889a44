"""Answers that no passkey gives, sent where one is set up, and passkeys without end (T26)."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sign_in.mfa_forms import MAX_PASSKEYS
from tests.passkeys import Passkey, add_passkey, at_the_second_factor, challenge_of, encoded
from tests.people import enter

pytestmark = pytest.mark.django_db
SIGN_IN, AGAIN = reverse("mfa_authenticate"), reverse("mfa_reauthenticate_webauthn")
ADD = reverse("mfa_add_webauthn")
ODD: list[Any] = [
    *(None, 1, 1.5, "x", "é", "", [], [1], True, "AAAA", {"a": {}}),
    *map(encoded, (b"[]", b"1", b"[" * 4_000, b"\x9f" * 2_000, b'{"type": 1, "challenge": 1}')),
]


def broken(answer: dict[str, Any]) -> Iterator[str]:
    """``answer`` with one part left out, of another type, or with its bytes changed."""
    for name in answer:
        yield json.dumps({one: part for one, part in answer.items() if one != name})
        yield from (json.dumps(answer | {name: odd}) for odd in ODD)
    parts, chance = answer["response"], Random(7)
    for name, part in parts.items():
        yield json.dumps(answer | {"response": {one: parts[one] for one in parts if one != name}})
        yield from (json.dumps(answer | {"response": parts | {name: odd}}) for odd in ODD)
        whole = urlsafe_b64decode(part + "==")
        for _ in range(20):
            cut = encoded(whole[: chance.randrange(len(whole))])
            yield json.dumps(answer | {"response": parts | {name: cut}})
            at = chance.randrange(len(whole))
            changed = encoded(whole[:at] + chance.randbytes(3) + whole[at + 1 :])
            yield json.dumps(answer | {"response": parts | {name: changed}})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_passkey_opens_its_own_account_alone(li: User, wang: User) -> None:
    key = Passkey()
    add_passkey(li, key)
    add_passkey(wang, Passkey())
    for account, opens in ((wang, False), (li, True)):
        client = at_the_second_factor(account)
        sent = json.dumps(key.assertion(challenge_of(client)))
        client.post(SIGN_IN, {"credential": sent}, secure=True)
        assert is_in(client) is opens


@pytest.mark.parametrize("address", [SIGN_IN, AGAIN])
def test_a_broken_answer_is_refused_in_words(li: User, address: str) -> None:
    key = Passkey()
    add_passkey(li, key)
    client = enter(li) if address == AGAIN else at_the_second_factor(li)
    client.get(address, secure=True)
    other = Passkey()
    other.id = key.id  # signed by another key: whatever is changed, it is never right
    for sent in broken(other.assertion(challenge_of(client))):
        answer = client.post(address, {"credential": sent}, secure=True)
        assert answer.status_code == 200 or answer["Location"] == reverse("account_login")


def test_a_broken_registration_is_refused_in_words(li: User) -> None:
    client = enter(li)
    client.get(ADD, secure=True)
    for sent in broken(Passkey().registration("AAAA")):
        answer = client.post(ADD, {"credential": sent, "name": "x"}, secure=True)
        assert answer.status_code == 200, sent[:200]


def test_a_passkey_brings_nothing_large_with_it(li: User) -> None:
    add_passkey(li, Passkey(), more="x" * 400_000)
    assert not Authenticator.objects.filter(user=li).exists()


def test_a_passkey_has_no_name_without_end(li: User) -> None:
    client = add_passkey(li, Passkey())
    key = Authenticator.objects.get(user=li, type=Authenticator.Type.WEBAUTHN)
    address = reverse("mfa_edit_webauthn", args=[key.pk])
    assert client.post(address, {"name": "x" * 400_000}, secure=True).status_code == 200
    key.refresh_from_db()
    assert key.data["name"] == "key"


def test_an_account_has_no_passkeys_without_end(li: User) -> None:
    for _ in range(MAX_PASSKEYS):
        client = add_passkey(li, Passkey())
    sent = json.dumps(Passkey().registration("AAAA"))
    answer = client.post(ADD, {"name": "key", "credential": sent}, secure=True)
    assert answer["Location"] == reverse("mfa_list_webauthn")
    held = Authenticator.objects.filter(user=li, type=Authenticator.Type.WEBAUTHN)
    assert held.count() == MAX_PASSKEYS


def test_who_has_the_most_passkeys_is_told_before_the_browser_makes_one(li: User) -> None:
    for _ in range(MAX_PASSKEYS):
        client = add_passkey(li, Passkey())
    answer = client.get(ADD, secure=True)
    assert answer["Location"] == reverse("mfa_list_webauthn")
    assert "请先移除一个" in client.get(answer["Location"], secure=True).content.decode()
