"""The school that is attacked by files, and its registrar."""

import pytest
from django.test import Client

from accounts.models import User
from enrollment.models import Institution
from tests.enrollment.registrar import make_registrar
from tests.people import make_school


@pytest.fixture
def school(db: None) -> Institution:
    """The institution of the sample rows."""
    return make_school()


@pytest.fixture
def registrar(school: Institution) -> User:
    """The registrar of the school that is attacked."""
    return make_registrar("registrar@example.org", school)


@pytest.fixture
def desk(registrar: User) -> Client:
    """The registrar, signed in."""
    client = Client()
    client.force_login(registrar)
    return client
