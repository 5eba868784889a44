"""An address of the operator's console compares a column with what it cannot be compared with."""

import warnings

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Block, User

pytestmark = pytest.mark.django_db
WILD = ("2026-01-01", "9999-12-31", "0001-01-01", "9" * 300, "\x00", "(a+)+$")
LOOKUPS = ("", "__gte", "__year", "__date", "__regex", "__in")


@pytest.mark.parametrize("column", ["until", "masked", "subject", "account__password"])
def test_a_list_is_filtered_by_nothing(
    client: Client, operator: User, blocked_number: Block, column: str
) -> None:
    client.force_login(operator)
    client.raise_request_exception = False
    page = reverse("console:accounts_block_changelist")
    for lookup in LOOKUPS:
        for value in WILD:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)  # of naive dates
                answer = client.get(page, {column + lookup: value})
            assert answer.status_code == 400, (lookup, value)


@pytest.mark.parametrize("query", [{"o": "9" * 300}, {"p": "9" * 300}, {"q": "x"}, {"e": "1"}])
def test_order_and_page_may_be_anything(
    client: Client, operator: User, blocked_number: Block, query: dict[str, str]
) -> None:
    client.force_login(operator)
    page = reverse("console:accounts_block_changelist")
    assert client.get(page, query).status_code in (200, 302)
