"""After signing in, everyone sees the page of their role."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.roles import Role
from tests.people import PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ((), "verification:start"),
        ((Role.COUNSELOR,), "today"),
        ((Role.REGISTRAR,), "today"),
    ],
)
def test_signing_in_leads_to_ones_own_page(roles: tuple[Role, ...], page: str) -> None:
    user = make_account("somebody@example.org", roles=roles)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse(page)
    assert client.get(reverse("desk")).headers["Location"] == reverse(page)


def test_strangers_have_no_desk(client: Client) -> None:
    assert client.get(reverse("desk")).headers["Location"].startswith(reverse("account_login"))


def test_a_role_taken_away_is_gone_on_the_next_request_and_costs_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = make_account("was.staff@example.org", roles=(Role.REGISTRAR,))
    client.force_login(user)
    assert "工作台" in client.get(reverse("accounts:contacts")).content.decode()
    user.role_grants.all().delete()
    with django_assert_num_queries(
        5
    ):  # the session, the account with its roles, its contacts, returns
        assert "工作台" not in client.get(reverse("accounts:contacts")).content.decode()
