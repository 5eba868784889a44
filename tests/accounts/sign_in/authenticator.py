"""Sign in with a password and the codes of an authenticator app."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.people import PASSWORD

SECRET = re.compile(r'value="([A-Z2-7]{32})"')


def sign_in(user: User) -> Client:
    """A browser in which ``user`` has given the password."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def show_it_is_you(client: Client) -> None:
    """Give the password once more, as pages that matter ask."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_now(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app through its page; returns the secret."""
    show_it_is_you(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = SECRET.search(page)
    assert found, page
    client.post(reverse("mfa_activate_totp"), {"code": code_now(found[1])})
    return found[1]
