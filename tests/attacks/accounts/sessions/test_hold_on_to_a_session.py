"""A person plants, guesses at or keeps the session of another person (T35)."""

from collections.abc import Callable

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from accounts.deletion.services import erase_due
from accounts.models import Session, User
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
OWN_PAGE = reverse("accounts:security")


def test_a_session_key_chosen_by_a_stranger_is_replaced_at_sign_in(li: User) -> None:
    visitor, victim = Client(), Client()
    visitor.post(reverse("account_code"), {"login": li.email})
    planted = visitor.cookies[site.SESSION_COOKIE_NAME].value
    for chosen in (planted, "a" * 32):
        victim.cookies[site.SESSION_COOKIE_NAME] = chosen
        victim.post(reverse("account_login"), {"login": li.email, "password": PASSWORD})
        assert victim.cookies[site.SESSION_COOKIE_NAME].value != chosen
    assert victim.get(OWN_PAGE).status_code == 200
    assert visitor.get(OWN_PAGE).status_code == 302


@pytest.mark.parametrize("change", [str.upper, lambda key: f"x{key}", lambda key: f"{key}%20"])
def test_a_key_by_another_spelling_opens_nothing(li: User, change: Callable[[str], str]) -> None:
    owner, thief = Client(), Client()
    owner.force_login(li)
    thief.cookies[site.SESSION_COOKIE_NAME] = change(owner.cookies[site.SESSION_COOKIE_NAME].value)
    assert thief.get(OWN_PAGE).status_code == 302


def test_a_session_ends_with_the_account(li: User) -> None:
    client = Client()
    client.force_login(li)
    User.objects.filter(pk=li.pk).update(is_active=False)
    assert client.get(OWN_PAGE).status_code == 302
    User.objects.filter(pk=li.pk).update(is_active=True, deletion_due_at=li.date_joined)
    client.force_login(li)
    erase_due()
    assert client.get(OWN_PAGE).status_code == 302
    assert not Session.objects.filter(account=li).exists()


def test_a_cookie_from_before_signing_out_opens_nothing(li: User) -> None:
    client, kept = Client(), Client()
    client.force_login(li)
    kept.cookies[site.SESSION_COOKIE_NAME] = client.cookies[site.SESSION_COOKIE_NAME].value
    assert kept.get(OWN_PAGE).status_code == 200
    client.post(reverse("account_logout"))
    assert kept.get(OWN_PAGE).status_code == 302
