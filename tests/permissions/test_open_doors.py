"""Every address of the resolver is closed to strangers unless it is named here."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from tests.permissions.addresses import addresses
from tests.permissions.open_pages import OPEN

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "delete")


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_finds_only_the_open_doors(method: str) -> None:
    client = Client()
    opened = set()
    for name, address in sorted(set(addresses(get_resolver()))):
        answer = getattr(client, method)(address)
        assert answer.status_code < 500, name
        doors = (reverse(settings.LOGIN_URL) + "?next=", reverse("console:login") + "?next=")
        to_sign_in = answer.status_code == 302 and answer["Location"].startswith(doors)
        if not to_sign_in and answer.status_code not in (403, 404, 405):
            opened.add(name)
    assert opened - OPEN == set()
