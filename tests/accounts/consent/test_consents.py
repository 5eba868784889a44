"""Consents that were given: asked for again with a new notice, shown, withdrawn, deleted."""

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.consent.services import withdraw_consents
from accounts.deletion import services as deletion
from accounts.models import User
from accounts.roles import Role
from accounts.tasks import delete_due_accounts
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from tests.accounts.consent.consenting import ASK, kept, sign_in
from tests.people import AGREED, PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way_on", ["", "/account/notices/"])
def test_a_new_version_is_asked_for_at_the_next_sign_in(
    wang: User, wang_record: StudentRecord, new_version: None, way_on: str
) -> None:
    client, led_to = sign_in(wang, way_on)
    assert led_to.startswith(ASK)
    page = client.get(led_to).content.decode()
    assert "告知内容有更新" in page
    assert "新的隐私告知" in page
    answer = client.post(led_to, AGREED)
    assert answer.headers["Location"] == (way_on or reverse("desk"))
    assert kept(wang) == [("account", 1), ("identity", 1), ("account", 2)]
    assert not sign_in(wang, way_on)[1].startswith(ASK)
    old = client.get(reverse("privacy_notice", args=["account", 1])).content.decode()
    assert "此版本已失效" in old


def test_staff_are_not_asked_for_consent(new_version: None) -> None:
    staff = make_account("staff@example.org", roles=(Role.REGISTRAR,))
    assert not sign_in(staff)[1].startswith(ASK)


def test_the_page_of_consent_leads_to_no_other_site(li: User) -> None:
    withdraw_consents(account=li)
    client, _ = sign_in(li)
    answer = client.post(f"{ASK}?next=https://evil.example.org/", AGREED)
    assert answer.headers["Location"] == reverse("desk")


def test_what_was_agreed_to_is_shown_and_withdrawn_by_deleting(wang: User) -> None:
    client, _ = sign_in(wang)
    assert reverse("accounts:consents") in client.get("/account/security/").content.decode()
    page = client.get(reverse("accounts:consents")).content.decode()
    assert "第 1 版" in page
    assert "证件号码（敏感个人信息）" in page
    assert reverse("accounts:delete_account") in page
    deletion.ask_for_deletion(account=wang)
    assert kept(wang, withdrawn_at=None) == []
    assert "撤回" in client.get(reverse("accounts:consents")).content.decode()
    # While the account waits no one is asked, and no number is taken.
    assert not sign_in(wang)[1].startswith(ASK)
    assert client.get("/verify/", follow=True).redirect_chain[-1][0] == "/account/security/delete/"
    deletion.cancel_deletion(account=wang)
    client, led_to = sign_in(wang)
    assert led_to.startswith(ASK)
    client.post(led_to, AGREED)
    assert kept(wang) == [("account", 1), ("identity", 1), ("account", 1)]


def test_deleting_leaves_version_and_time_in_the_trail_alone(wang: User) -> None:
    deletion.ask_for_deletion(account=wang)
    User.objects.filter(pk=wang.pk).update(deletion_due_at=timezone.now())
    delete_due_accounts()
    assert kept(wang) == []
    [entry] = AuditEntry.objects.filter(action="accounts.delete_account")
    assert [line.split(":")[0] for line in entry.detail["consents"]] == ["account 1", "identity 1"]


def test_the_copy_of_my_data_holds_the_consents(wang: User) -> None:
    client, _ = sign_in(wang)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    archive = zipfile.ZipFile(io.BytesIO(client.post(reverse("accounts:my_data")).content))
    told = json.loads(archive.read("data.json"))["consents"]
    assert [(line["purpose"], line["version"]) for line in told] == [
        ("账号", "1"),
        ("证件号码（敏感个人信息）", "1"),
    ]
    assert all(line["given_at"] for line in told)


def test_who_has_agreed_costs_no_query(wang: User, wang_record: StudentRecord) -> None:
    client, _ = sign_in(wang)
    for address in ("/desk/", "/status/", "/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert not [query for query in asked if "accounts_consent" in str(query["sql"])]
