"""Browsers of an owner and of strangers, on one network or on two."""

from datetime import timedelta

from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import CodePurpose, LimitHit, User
from tests.people import PASSWORD

HOME, ELSEWHERE = "203.0.113.5", "198.51.100.7"
PHONE = "+8613912345678"
DOORS = [
    ("account_code", "account_code_enter", CodePurpose.SIGN_IN),
    ("account_reset_password", "account_reset_password_enter", CodePurpose.RESET_PASSWORD),
]


def browser(address: str = HOME) -> Client:
    """A browser at this address."""
    return Client(REMOTE_ADDR=address)


def used_browser(user: User, address: str = HOME) -> Client:
    """A browser in which ``user`` has signed in and out again."""
    client = browser(address)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_logout"))
    return client


def later(**delta: float) -> None:
    """Let this time pass for all counted uses."""
    LimitHit.objects.update(at=F("at") - timedelta(**delta))


def ask(client: Client, page: str = "account_code", login: str = PHONE) -> int:
    """Ask for a code on the page; the status of the answer."""
    return client.post(reverse(page), {"login": login}).status_code
