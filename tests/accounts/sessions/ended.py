"""Browsers in which a session has ended without a sign-out."""

from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from tests.people import AGREED, PASSWORD


def browser_after_its_session_of(account: User) -> Client:
    """A browser in which ``account`` had signed in; its session is gone, as at closing time."""
    client = Client()
    sent = {"login": account.email, "password": PASSWORD} | AGREED
    assert client.post(reverse("account_login"), sent).status_code == 302
    Session.objects.filter(account=account).delete()
    del client.cookies[settings.SESSION_COOKIE_NAME]
    return client
