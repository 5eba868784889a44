"""The person who signs in and recovers a password with a code."""

import pytest

from accounts.models import User
from tests.accounts.codes.by_code import E164, MAILBOX, NAME
from tests.people import make_account


@pytest.fixture
def lin() -> User:
    """林, with everything an account can have."""
    user = make_account(MAILBOX, phone=E164)
    user.username = NAME
    user.save()
    return user
