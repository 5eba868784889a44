"""Students of the school, and the person who uploads photographs of them."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Institution, InstitutionRegistrar
from tests.enrollment.imported_files import run_import, sample, write_csv
from tests.people import make_account


@pytest.fixture
def registrar(client: Client, school: Institution) -> User:
    """A registrar of the school, signed in."""
    user = make_account("photos@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=school)
    client.force_login(user)
    return user


@pytest.fixture
def rows(school: Institution, tmp_path: Path) -> list[list[str]]:
    """Six students of the invented school, imported."""
    found = sample(6)
    run_import(write_csv(tmp_path / "a.csv", found))
    return found
