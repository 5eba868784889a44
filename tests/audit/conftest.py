"""The auditor of these tests."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.people import PASSWORD, make_account


@pytest.fixture
def auditor(client: Client) -> User:
    """An auditor, signed in a moment ago."""
    user = make_account("auditor@example.org", roles=(Role.AUDITOR,))
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return user
