"""A record that is wanted, a dishonest counselor, and their second account."""

from pathlib import Path

import pytest

from accounts.models import User
from accounts.roles import Role
from enrollment.files.images import prepare
from enrollment.models import (
    ClassCounselor,
    PhotoKind,
    StudentRecord,
)
from enrollment.photos.storage import keep_photo
from tests.attacks.accounts.puppets.taking import NUMBER, REGISTRY_PHONE
from tests.enrollment.files.evidence_files import picture
from tests.people import make_account, make_record


@pytest.fixture
def victim(media: Path) -> StudentRecord:
    """A record with a photograph, whose person has not come yet; the school knows the phone."""
    record = make_record(name="李晓雨", number=NUMBER, phone=REGISTRY_PHONE)
    keep_photo(record=record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    return record


@pytest.fixture
def counselor(victim: StudentRecord) -> User:
    """The dishonest counselor of the class."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert victim.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=victim.school_class)
    return user


@pytest.fixture
def puppet(db: None) -> User:
    """Their second account."""
    return make_account("puppet@example.org")
