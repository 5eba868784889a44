"""A careful and a careless school, a person, and the account of an attacker."""

import pytest

from accounts.models import User
from enrollment.models import Institution, StudentRecord
from enrollment.models.institution import ThirdItem
from tests.attacks.schools.records.planting import REGISTRY_PHONE
from tests.attacks.schools.records.proving import NUMBER
from tests.people import make_account, make_record, make_school


@pytest.fixture
def careless(db: None) -> Institution:
    """A school that asks for nothing beside name and number."""
    return make_school("10002", "乙校", third_item=ThirdItem.NONE)


@pytest.fixture
def victim(db: None) -> StudentRecord:
    """李晓雨's record at a school that asks for the candidate number; it knows her phone."""
    return make_record(
        name="李晓雨", number=NUMBER, phone=REGISTRY_PHONE, candidate_number="26110108150777"
    )


@pytest.fixture
def puppet(db: None) -> User:
    """The attacker's account."""
    return make_account("puppet@example.org", phone="+8613900139000")
