"""The second factor: authenticator app, recovery codes, and that staff cannot do without (T11)."""

import re
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore as UnsealedStore
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import EventKind, Session, User
from accounts.roles import Role
from accounts.rotation import rotate_factors
from accounts.security_log import log_of
from accounts.sessions.store import handle_of
from accounts.sign_in.admission import issue_code
from tests.accounts.sign_in.authenticator import (
    SECRET,
    code_now,
    set_up_app,
    show_it_is_you,
    sign_in,
)
from tests.outbox import Outbox
from tests.people import make_account

pytestmark = pytest.mark.django_db

RECOVERY_CODE = re.compile(r"^\d{8}$", re.MULTILINE)


@pytest.fixture
def protected(li: User, outbox: Outbox) -> str:
    """李晓雨 uses an authenticator app: its secret."""
    secret = set_up_app(sign_in(li))
    cache.clear()  # a code is good once in 30 seconds
    return secret


def test_the_password_alone_no_longer_signs_in(li: User, protected: str) -> None:
    client = sign_in(li)
    assert "_auth_user_id" not in client.session
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "_auth_user_id" not in client.session
    assert page.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": code_now(protected)})
    assert client.session["_auth_user_id"] == str(li.pk)


def test_a_code_of_the_app_signs_in_once(li: User, protected: str) -> None:
    code = code_now(protected)
    first, second = sign_in(li), sign_in(li)
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert list(log_of(li).values_list("kind", flat=True))[:2] == [
        EventKind.SIGNED_IN,
        EventKind.APP_USED,
    ]
    cache.clear()  # Redis is emptied, or half a minute passes: the code is still right
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_a_recovery_code_signs_in_once(li: User, protected: str) -> None:
    inside = sign_in(li)
    inside.post(reverse("mfa_authenticate"), {"code": code_now(protected)})
    show_it_is_you(inside)
    codes = RECOVERY_CODE.findall(
        inside.get(reverse("mfa_download_recovery_codes")).content.decode()
    )
    assert len(set(codes)) == 10
    first, second = sign_in(li), sign_in(li)
    first.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert log_of(li).filter(kind=EventKind.RECOVERY_CODE_USED).exists()
    second.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_neither_the_secret_nor_a_recovery_code_is_readable_in_the_database(
    li: User, protected: str
) -> None:
    kept = {row.type: row.data for row in Authenticator.objects.filter(user=li)}
    assert set(kept) == {"totp", "recovery_codes"}
    assert protected not in str(kept)
    assert not re.fullmatch(r"[0-9a-f]{80}", kept["recovery_codes"]["seed"])


def test_a_secret_not_yet_confirmed_is_sealed_in_the_session(li: User, settings: Settings) -> None:
    client = sign_in(li)
    show_it_is_you(client)
    found = SECRET.search(client.get(reverse("mfa_activate_totp")).content.decode())
    assert found
    kept = Session.objects.get(pk=handle_of(client.session.session_key or "")).session_data
    assert found[1] in client.session.values()
    assert UnsealedStore().decode(kept) == {}, "it is not merely signed"
    settings.VAULT_KEYS = {"another": bytes(32)}
    assert dict(client.session) == {}


def test_the_app_still_works_after_the_old_key_is_thrown_away(li: User, settings: Settings) -> None:
    old, new = bytes(range(32)), bytes(range(32, 64))
    settings.VAULT_KEYS = {"old": old}
    secret = set_up_app(sign_in(li))
    settings.VAULT_KEYS = {"new": new, "old": old}
    assert rotate_factors() == 2  # the app and the recovery codes
    assert rotate_factors() == 0
    settings.VAULT_KEYS = {"new": new}
    cache.clear()
    client = sign_in(li)
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert client.session["_auth_user_id"] == str(li.pk)


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_told_of_a_new_factor_by_mail(outbox: Outbox) -> None:
    li = make_account("li.xiaoyu@example.org")
    secret = set_up_app(sign_in(li))
    [letter] = outbox.emails()
    assert letter.to == li.email
    assert secret not in letter.text


def test_the_app_is_named_after_the_portal_not_its_host(li: User) -> None:
    client = sign_in(li)
    show_it_is_you(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert "issuer=testserver" not in page.context["totp_url"]


def test_setting_up_asks_for_the_password_again(li: User) -> None:
    client = sign_in(li)
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert reverse("account_reauthenticate") in client.get(reverse(name))["Location"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", Role)
def test_every_role_of_staff_must_have_a_second_factor(role: Role, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    staff = make_account("staff@example.org", roles=(role,))
    code = issue_code(account=staff, by=None, reason="x")
    client = sign_in(staff)
    for name in ("enrollment:status", "accounts:security", "account_change_password"):
        assert client.get(reverse(name))["Location"] == reverse("accounts:enter_staff_code")
    for name in ("service_worker", "offline"):  # which their pages load by themselves
        assert client.get(reverse(name)).status_code == 200
    client.post(reverse("accounts:enter_staff_code"), {"code": code})
    set_up_app(client)
    assert client.get(reverse("accounts:security")).status_code == 200


def test_a_student_may_do_without_a_second_factor(li: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    assert sign_in(li).get(reverse("accounts:security")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_what_staff_sent_before_the_second_factor_is_offered_after_it(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    staff = make_account("staff@example.org", roles=(Role.REGISTRAR,))
    code = issue_code(account=staff, by=None, reason="x")
    first = sign_in(staff)
    first.post(reverse("accounts:enter_staff_code"), {"code": code})
    secret = set_up_app(first)
    cache.clear()
    client = Client()
    client.force_login(staff)
    sent = {"csrfmiddlewaretoken": "x", "words": "请带身份证到教务处核对，照片会重新采集。"}
    answer = client.post(reverse("support:queue"), sent)
    again = reverse("accounts:send_again")
    assert answer["Location"] == f"{reverse('mfa_reauthenticate')}?next={quote(again, safe='')}"
    page = client.post(answer["Location"], {"code": code_now(secret), "next": again}, follow=True)
    assert page.context["kept"].fields == [("words", sent["words"])]
