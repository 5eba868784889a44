"""Signing in counts for reading data; changing something asks, and says what comes next."""

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ImportBatch, InstitutionRegistrar, StudentRecord
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account, make_school

pytestmark = pytest.mark.django_db


def just_signed_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def test_reading_asks_for_no_proof_just_after_signing_in(
    desk_registrar: User, wang: User, wang_record: StudentRecord
) -> None:
    assert just_signed_in(desk_registrar).get(reverse("registry:export")).status_code == 200
    assert just_signed_in(wang).get(reverse("accounts:my_data")).status_code == 200


@pytest.mark.parametrize(
    "page", ["accounts:username", "accounts:questions", "accounts:delete_account"]
)
def test_changing_a_way_in_asks_however_lately_one_has_signed_in(page: str, wang: User) -> None:
    answer = just_signed_in(wang).get(reverse(page))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_changing_a_record_asks_for_a_proof_even_just_after_signing_in(
    desk_registrar: User, wang_record: StudentRecord
) -> None:
    address = reverse("registry:new_event", args=[wang_record.key])
    answer = just_signed_in(desk_registrar).post(address, {"kind": "休学", "on": "2026-09-10"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_proof_for_reading_is_none_for_changing(wang: User, wang_record: StudentRecord) -> None:
    client = just_signed_in(wang)
    address = reverse("enrollment:certificate", args=[wang_record.key])
    assert client.get(address).status_code == 200
    asked = client.get(reverse("accounts:username"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))


def test_the_page_names_the_act_and_the_file(
    checked_import: ImportBatch, desk_registrar: User
) -> None:
    client = just_signed_in(desk_registrar)
    asked = client.get(reverse("registry:publish", args=[checked_import.key]))
    page = client.get(asked["Location"]).content.decode()
    assert f"你将发布“{checked_import.file_name}”" in page
    other = make_account("other@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=other, institution=make_school("10009", "他校"))
    page = just_signed_in(other).get(asked["Location"]).content.decode()
    assert checked_import.file_name not in page


@pytest.mark.parametrize("address", ["", "//evil.example", "/nothing/", "/account/%00/"])
def test_an_act_that_is_not_known_is_not_named(address: str, wang: User) -> None:
    page = just_signed_in(wang).get(reverse("account_reauthenticate"), {"next": address})
    assert page.status_code == 200
    assert "你将" not in page.content.decode()


def test_a_code_proves_in_place_of_the_password(
    wang: User, wang_record: StudentRecord, outbox: Outbox
) -> None:
    client = Client()
    client.force_login(wang)
    address = reverse("enrollment:certificate", args=[wang_record.key])
    asked = client.get(address)["Location"]
    by_code = f"{reverse('account_code')}?next={quote(address, safe='')}"
    assert by_code in client.get(asked).content.decode()
    client.post(by_code, {"login": wang.email})
    code = re.findall(r"\b(\d{6})\b", outbox.emails()[-1].text)[-1]
    answer = client.post(reverse("account_code_enter"), {"code": code})
    assert answer["Location"] == address
    assert client.get(address).status_code == 200
    page = client.get(f"{reverse('account_reauthenticate')}?next={reverse('accounts:username')}")
    assert reverse("account_code") not in page.content.decode()
