"""Every address, every role, every method, with real objects: ``matrix.py`` says who may."""

from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse

from tests.permissions.addresses import addresses
from tests.permissions.cast import Cast, Places, address_of, cast, places, signed_in
from tests.permissions.matrix import EVERYBODY, MATRIX

__all__ = ["cast", "places"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
METHODS = ("get", "post", "put", "delete")


def is_open(answer: HttpResponseBase) -> bool:
    """Whether the page answered this person at all."""
    if answer.status_code in (403, 404):
        return False
    doors = (reverse(settings.LOGIN_URL) + "?next=", reverse("console:login") + "?next=")
    return not answer.headers.get("Location", "").startswith(doors)


def ask(cookies: SimpleCookie, method: str, address: str) -> HttpResponseBase:
    """One request with these cookies; its effects are taken back."""
    client = Client()
    client.cookies = SimpleCookie({name: morsel.value for name, morsel in cookies.items()})
    with transaction.atomic():
        answer: HttpResponseBase = getattr(client, method)(address)
        transaction.set_rollback(True)
    return answer


def who_may(name: str) -> str:
    """The letters of those whom an address is for."""
    return "O" if name.startswith("console:") else MATRIX[name]


def test_every_address_is_in_the_matrix_and_none_besides() -> None:
    # Django's admin is one thing: all of it is the operator's alone.
    known = {name for name, _ in addresses(get_resolver()) if not name.startswith("console:")}
    assert known == set(MATRIX)


@pytest.mark.parametrize("letter", EVERYBODY)
def test_each_person_opens_what_is_theirs_and_nothing_else(
    letter: str, cast: Cast, places: Places
) -> None:
    cookies = signed_in(cast.get(letter))
    wrong: list[str] = []
    for name, sample in sorted(set(addresses(get_resolver()))):
        if letter == "O" and name.startswith("console:"):
            continue  # what the operator finds there: tests/portal/test_console.py
        address = address_of(name, sample, places)
        answers = {method: ask(cookies, method, address) for method in METHODS}
        wrong += [
            f"{name} {m}: {a.status_code}" for m, a in answers.items() if a.status_code >= 500
        ]
        opened = any(is_open(answer) for answer in answers.values() if answer.status_code != 405)
        if opened != (letter in who_may(name)):
            codes = {m: a.status_code for m, a in answers.items()}
            wrong.append(f"{name} is {'open' if opened else 'closed'} to {letter}: {codes}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("letter", EVERYBODY)
@pytest.mark.parametrize("what", ["classes", "days"])
def test_each_kind_of_figures_is_for_those_who_may_export_them(
    what: str, letter: str, cast: Cast, places: Places
) -> None:
    name = "support:figures_export"
    address = reverse(name, kwargs={**places[name], "what": what})
    opened = is_open(ask(signed_in(cast.get(letter)), "get", address))
    assert opened == (letter in who_may(name))
