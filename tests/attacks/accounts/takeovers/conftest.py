"""The owner of the account that is taken."""

import pytest

from accounts.models import User
from tests.attacks.accounts.takeovers.takeover import E164, MAILBOX
from tests.people import make_account


@pytest.fixture
def owner(db: None) -> User:
    """An account with a mailbox and a phone of its owner."""
    return make_account(MAILBOX, phone=E164)
