"""The counselor of a class up to today, and the registrar's browser."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, SchoolClass, StudentRecord
from tests.enrollment.institutions.last_day.deputies import TODAY
from tests.people import enter, make_account


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar's browser."""
    return enter(desk_registrar)


@pytest.fixture
def school_class(wang_record: StudentRecord) -> SchoolClass:
    """王明's class."""
    assert wang_record.school_class is not None
    return wang_record.school_class


@pytest.fixture
def deputy(school_class: SchoolClass) -> User:
    """The counselor of 王明's class up to today."""
    account = make_account("deputy@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=account, school_class=school_class, last_day=TODAY())
    return account
