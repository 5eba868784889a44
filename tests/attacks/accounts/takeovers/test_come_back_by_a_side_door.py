"""The account's taker comes in by what a reset or an undo has not thought of (T22, T23)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import F
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts.codes.services import derive
from accounts.contacts import services as contacts
from accounts.deletion.services import erase_due
from accounts.identifiers.email_addresses import clean_mailbox
from accounts.models import Code, CodePurpose, ContactChange, LimitHit, User
from delivery.models import Channel
from tests.attacks.accounts.factors.stolen_factors import current_code
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db

PHONE, MAILBOX, TAKERS = "+8613912345678", "victim@example.org", "+8613812345678"
NEW_PASSWORD = "another calm phrase"
AUTHENTICATE = reverse("mfa_authenticate")


@pytest.fixture
def owner(db: None) -> User:
    return make_account(MAILBOX, phone=PHONE)


def is_in(client: Client) -> bool:
    return client.get("/account/security/").status_code == 200


def reset(owner: User) -> Client:
    """The owner chooses a new password by a code."""
    LimitHit.objects.all().delete()
    client = Client()
    client.post(reverse("account_reset_password"), {"login": owner.email})
    code = derive(Code.objects.filter(purpose=CodePurpose.RESET_PASSWORD).latest("pk"))
    client.post(reverse("account_reset_password_enter"), {"code": code})
    client.post(reverse("account_reset_password_new"), {"password1": NEW_PASSWORD})
    return client


def undo(owner: User) -> None:
    contacts.bind(account=owner, channel=Channel.SMS, address=TAKERS)
    Client().post(reverse("accounts:undo_change", args=[ContactChange.objects.latest("pk").key]))


def change_password(owner: User) -> None:
    given = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    enter(owner).post(reverse("account_change_password"), given)


ACTS = [reset, undo, change_password]


@pytest.mark.parametrize("act", ACTS)
def test_a_sign_in_that_waits_for_its_factor_ends_with_the_password(
    owner: User, act: Callable[[User], object]
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    Authenticator.objects.update(created_at=F("created_at") - timedelta(days=3))
    taker = Client()
    taker.post(reverse("account_login"), {"login": MAILBOX, "password": PASSWORD})
    assert taker.get(AUTHENTICATE).status_code == 200
    act(owner)
    owner.refresh_from_db()
    assert not owner.check_password(PASSWORD)
    taker.post(AUTHENTICATE, {"code": current_code(secret)})
    assert not is_in(taker)


def test_the_current_password_is_not_guessed_on_the_page_that_changes_it(owner: User) -> None:
    open_session = Client()
    open_session.force_login(owner)
    for guess in [*(f"guess {number}" for number in range(5)), PASSWORD]:
        cache.clear()  # where django-allauth counts
        given = {"oldpassword": guess, "password1": NEW_PASSWORD}
        answer = open_session.post(reverse("account_change_password"), given)
    assert "错误次数过多" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("is_known", "path"), [(False, "/account/confirm-email/"), (True, "/account/password/reset/")]
)
def test_a_letter_leads_to_the_portals_own_address_whatever_the_host(
    is_known: bool, path: str, settings: Settings, outbox: Outbox
) -> None:
    settings.ALLOWED_HOSTS = [".example.edu"]
    if is_known:
        make_account(MAILBOX)
    client = Client(headers={"host": "somebodys-page.example.edu"})
    client.post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    text = outbox.emails()[-1].text
    assert settings.SITE_URL + path in text
    assert "somebodys-page" not in text


@pytest.mark.parametrize("typed", ["ſam@example.org", "ım@example.org", "İm@example.org"])
def test_a_mailbox_that_only_looks_like_anothers_is_no_mailbox(typed: str) -> None:
    with pytest.raises(ValidationError):
        clean_mailbox(typed)


def test_the_sign_of_kelvin_is_the_letter_it_is_folded_to() -> None:
    assert clean_mailbox("\u212aim@Example.org") == "kim@example.org"


@pytest.mark.parametrize("asked", ["account_code", "account_reset_password"])
def test_a_code_for_one_purpose_opens_no_other(owner: User, asked: str) -> None:
    """Asked for by the same browser for the same contact, in every order."""
    client = Client()
    pages = {
        "account_code": "account_code_enter",
        "account_reset_password": "account_reset_password_enter",
    }
    other = next(page for page in pages if page != asked)
    for page in (asked, other):
        LimitHit.objects.all().delete()
        client.post(reverse(page), {"login": MAILBOX})
    purposes = {
        "account_code": CodePurpose.SIGN_IN,
        "account_reset_password": CodePurpose.RESET_PASSWORD,
    }
    right = derive(Code.objects.get(purpose=purposes[asked]))
    answer = client.post(reverse(pages[other]), {"code": right})
    assert answer.status_code == 200
    assert not is_in(client)
    LimitHit.objects.all().delete()
    client.post(reverse("account_rescue"), {"contact": "13812345678"})
    assert client.post(reverse("account_rescue_enter"), {"code": right}).status_code == 200


def test_the_link_of_an_erased_account_touches_no_later_one(owner: User) -> None:
    contacts.bind(account=owner, channel=Channel.SMS, address=TAKERS)
    change = ContactChange.objects.latest("pk")
    link = reverse("accounts:undo_change", args=[change.key])
    enter(owner).post(reverse("accounts:delete_account"))
    User.objects.filter(pk=owner.pk).update(deletion_due_at=F("date_joined"))
    erase_due()
    answer = Client().post(link)
    assert answer.status_code == 200
    owner.refresh_from_db()
    assert owner.deleted_at
    assert not owner.phone
    again = make_account(MAILBOX, phone=PHONE)
    assert Client().post(link).status_code == 200
    again.refresh_from_db()
    assert again.check_password(PASSWORD)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_undoes(owner: User, method: str) -> None:
    contacts.bind(account=owner, channel=Channel.SMS, address=TAKERS)
    change = ContactChange.objects.latest("pk")
    link = reverse("accounts:undo_change", args=[change.key])
    assert getattr(Client(), method)(link).status_code in {200, 405}
    owner.refresh_from_db()
    assert owner.phone == TAKERS


def test_a_form_left_by_an_intruder_is_not_sent_by_the_owners_password(
    owner: User, outbox: Outbox
) -> None:
    """A session left open; the taker's request waits for the password that the owner types."""
    client = Client()
    client.force_login(owner)
    page = reverse("accounts:ask_for_code", args=["sms"])
    client.post(page, {"address": TAKERS})
    way = client.get(page)["Location"]
    assert client.post(way, {"password": PASSWORD}).status_code == 302  # it was right
    assert not [one for one in outbox.texts() if one.to == TAKERS]


def test_a_deletion_left_by_an_intruder_deletes_no_account(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    page = reverse("accounts:delete_account")
    client.post(page)
    way = client.get(page)["Location"]
    assert client.post(way, {"password": PASSWORD}).status_code == 302  # it was right
    owner.refresh_from_db()
    assert owner.deletion_due_at is None


@pytest.mark.parametrize("page", ["password_change", "password_change_done"])
def test_the_console_has_no_page_of_its_own_for_the_password(page: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"console:{page}")
