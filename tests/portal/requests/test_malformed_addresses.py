"""An address that is not text answers 400 or 404, never 5xx (security rules, Input)."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query", ["?page=%00", "?%00=1", "?q=%ff", "?q=a&q=%C3%28", "?q=%ED%A0%80", "?page=1%00"]
)
def test_a_query_that_is_not_text_is_refused(client: Client, query: str) -> None:
    assert client.get("/healthz" + query).status_code == 400


@pytest.mark.parametrize("query", ["?q=张　三", "?q=%F0%AC%B1%96", "?q=a%0Ab"])
def test_unusual_text_in_an_address_is_taken_as_text(client: Client, query: str) -> None:
    assert client.get("/healthz" + query).status_code == 200


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/healthz/x.css", "/" + "9" * 5000, "/..%2f.."])
def test_an_unknown_address_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code in {400, 404}


def test_a_thousand_and_one_fields_are_refused(client: Client) -> None:
    query = "&".join(f"f{number}=1" for number in range(1001))
    assert client.get(f"/healthz?{query}").status_code == 400
