"""A person who says that a held record is theirs, and the registrar of another school."""

import pytest

from accounts.models import User
from accounts.roles import Role
from enrollment.models import InstitutionRegistrar, StudentRecord
from tests.people import make_account, make_school, sample_number
from tests.verification.disputes.sides import open_one, state
from verification.models import Dispute


@pytest.fixture
def claimant(wang: User, wang_record: StudentRecord) -> User:
    """A person who says that 王明's record is theirs, and states everything rightly."""
    account = make_account("true.wang@example.org")
    state(account, "王明", sample_number(31), wang_record.candidate_number)
    return account


@pytest.fixture
def dispute(claimant: User) -> Dispute:
    """Their dispute, looked into."""
    return open_one(claimant)


@pytest.fixture
def elsewhere(db: None) -> User:
    """The registrar of another school."""
    user = make_account("elsewhere@example.org", roles=(Role.REGISTRAR,))
    other = make_school("19990", "别的大学")
    InstitutionRegistrar.objects.create(user=user, institution=other)
    return user
