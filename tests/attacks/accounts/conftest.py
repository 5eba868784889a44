"""Whose account is attacked."""

import pytest

from accounts.models import User
from tests.attacks.accounts.browsers import PHONE
from tests.people import make_account


@pytest.fixture
def owner(db: None) -> User:
    """A person with a phone."""
    return make_account("owner@example.org", phone=PHONE)
