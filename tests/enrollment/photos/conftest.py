"""The person who uploads photographs."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Institution, InstitutionRegistrar
from tests.people import make_account


@pytest.fixture
def registrar(client: Client, school: Institution) -> User:
    """A registrar of the school, signed in."""
    user = make_account("photos@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=school)
    client.force_login(user)
    return user
