"""A made-up credential must end in words on the page, never in a failure of the server."""

import json

import pytest
from django.urls import reverse

from accounts.models import User
from tests.people import enter

pytestmark = pytest.mark.django_db
BYTES = "AAAA"
CREDENTIALS = [
    "1",
    '"x"',
    "[]",
    "[1]",
    "1" * 9_000,
    "[" * 9_000,
    '{"id": ' + "1" * 9_000 + "}",
    "{}",
    '{"id": 1}',
    json.dumps({"id": BYTES, "rawId": BYTES, "type": "public-key", "response": {}}),
    json.dumps({"id": BYTES, "rawId": "é", "type": "public-key", "response": {"a": 1}}),
    json.dumps(
        {
            "id": BYTES, "rawId": BYTES, "type": "public-key",
            "response": {"clientDataJSON": BYTES, "attestationObject": BYTES},
            "clientExtensionResults": [],
        }
    ),
]  # fmt: skip


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("page", ["mfa_add_webauthn", "mfa_reauthenticate_webauthn"])
def test_a_made_up_credential_is_refused_on_the_page(li: User, page: str, credential: str) -> None:
    client = enter(li)
    client.get(reverse(page))
    answer = client.post(reverse(page), {"credential": credential, "name": "x"})
    assert answer.status_code in {200, 302, 403, 404}
