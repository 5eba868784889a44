"""A person binds contacts to the account of another person, from an open session."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from tests.attacks.accounts.takeovers.takeover import (
    ASK_MAILBOX,
    ASK_PHONE,
    E164,
    MAILBOX,
    OWN_E164,
    OWN_MAILBOX,
    OWN_PHONE,
    PHONE,
    RESET,
    bind,
    code_for,
    is_in,
    messages,
    opens_by_code,
    sign_in,
    sign_up_by_phone,
    told,
    undo_link,
)
from tests.outbox import Outbox
from tests.people import PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db

USERNAME = "/account/security/username/"


@pytest.mark.parametrize(
    ("page", "address"), [(ASK_PHONE, OWN_PHONE), (ASK_MAILBOX, OWN_MAILBOX), (USERNAME, "")]
)
def test_an_open_session_changes_no_way_in_without_the_password(
    outbox: Outbox, page: str, address: str
) -> None:
    owner = make_account(MAILBOX) if page != ASK_MAILBOX else User.objects.create(phone=E164)
    if page == ASK_MAILBOX:
        owner.phone_confirmed_at = owner.date_joined
        owner.set_password(PASSWORD)
        owner.save()
    taker = Client()
    taker.force_login(owner)
    taker.get("/account/security/")
    assert taker.get(page)["Location"].startswith("/account/reauthenticate/")
    if page == USERNAME:
        taker.post(page, {"username": "taker.2026"})
    else:
        bind(taker, outbox, page, address)
    owner.refresh_from_db()
    assert owner.username is None
    assert not messages(outbox)
    assert str(owner.phone) != OWN_E164
    assert not EmailAddress.objects.filter(email=OWN_MAILBOX).exists()


def test_a_code_asked_for_with_the_password_binds_nothing_once_that_is_long_ago(
    outbox: Outbox,
) -> None:
    owner = make_account(MAILBOX)
    client = enter(owner)
    client.post(ASK_PHONE, {"address": OWN_PHONE})
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.post(f"{ASK_PHONE}code/", {"code": code_for(outbox, OWN_E164)})
    assert answer["Location"].startswith("/account/reauthenticate/")
    owner.refresh_from_db()
    assert owner.phone_confirmed_at is None


def test_an_account_without_a_password_is_bound_to_nothing_from_an_open_session(
    outbox: Outbox,
) -> None:
    owner = make_account(MAILBOX)
    owner.set_unusable_password()
    owner.save()
    taker = Client()
    taker.force_login(owner)
    assert taker.get(ASK_PHONE)["Location"] == RESET
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone is None


def test_a_first_phone_is_told_to_the_mailbox_which_takes_the_account_back(outbox: Outbox) -> None:
    owner = make_account(MAILBOX)
    taker = enter(owner)
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone == OWN_E164
    Client().post(undo_link(outbox, MAILBOX))
    owner.refresh_from_db()
    assert owner.phone is None
    assert not owner.has_usable_password()
    assert not is_in(taker)
    assert any("解除绑定" in text or "不再绑定" in text for text in told(outbox, OWN_E164))
    assert not opens_by_code(outbox, OWN_PHONE, OWN_E164)


def test_a_username_is_told_to_every_contact_and_goes_with_the_undo(
    owner: User, outbox: Outbox
) -> None:
    taker = enter(owner)
    taker.post(USERNAME, {"username": "taker.2026"})
    owner.refresh_from_db()
    assert owner.username == "taker.2026"
    by_text, by_mail = undo_link(outbox, E164), undo_link(outbox, MAILBOX)
    assert by_text.replace("-", "") == by_mail.replace("-", "")
    Client().post(undo_link(outbox, E164))
    owner.refresh_from_db()
    assert owner.username is None
    assert owner.phone == E164
    assert not is_in(taker)


def test_the_username_before_comes_back(owner: User, outbox: Outbox) -> None:
    User.objects.update(username="owner.1")
    enter(owner).post(USERNAME, {"username": "taker.2026"})
    Client().post(undo_link(outbox, MAILBOX))
    owner.refresh_from_db()
    assert owner.username == "owner.1"


def test_a_new_account_binds_once_without_the_password(outbox: Outbox) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    bind(newcomer, outbox, ASK_MAILBOX, MAILBOX)
    assert EmailAddress.objects.get().email == MAILBOX
    assert newcomer.get(ASK_MAILBOX)["Location"].startswith("/account/reauthenticate/")
    assert undo_link(outbox, E164)


def test_the_session_that_signed_up_asks_after_a_while_and_another_at_once(outbox: Outbox) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    elsewhere = sign_in(PHONE, PASSWORD)
    assert elsewhere.get(ASK_MAILBOX).status_code == 302
    assert newcomer.get(ASK_MAILBOX).status_code == 200
    session = newcomer.session
    session["signed_up_at"] -= 3600
    session.save()
    assert newcomer.get(ASK_MAILBOX).status_code == 302


def test_undoing_what_a_newcomer_bound_leaves_the_contact_they_signed_up_with(
    outbox: Outbox,
) -> None:
    newcomer = sign_up_by_phone(outbox, PHONE, PASSWORD)
    bind(newcomer, outbox, ASK_MAILBOX, MAILBOX)
    Client().post(undo_link(outbox, E164))
    account = User.objects.get()
    assert (account.phone, account.email) == (E164, "")
    assert opens_by_code(outbox, PHONE, E164)
