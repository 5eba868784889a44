"""What an intruder bound or asked for opens nothing once the owner has undone it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client

from accounts.models import SecurityAnswer, SecurityEvent, User
from tests.attacks.accounts.takeovers.takeover import (
    ASK_MAILBOX,
    ASK_PHONE,
    E164,
    MAILBOX,
    NEW_PASSWORD,
    OWN_E164,
    OWN_MAILBOX,
    OWN_PHONE,
    PHONE,
    RESET,
    RESET_CODE,
    RESET_NEW,
    SIGN_IN,
    SIGN_IN_CODE,
    TAKERS_PASSWORD,
    ask_reset,
    bind,
    code_for,
    grant_reset,
    is_in,
    minute_later,
    opens_by_code,
    reset,
    told,
    undo_link,
)
from tests.outbox import CODE, Outbox
from tests.people import PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db


def take_phone(owner: User, outbox: Outbox) -> tuple[Client, str]:
    """The taker knows the password and binds a phone; their session and the owner's link."""
    taker = enter(owner)
    bind(taker, outbox, ASK_PHONE, OWN_PHONE)
    owner.refresh_from_db()
    assert owner.phone == OWN_E164
    return taker, undo_link(outbox, E164)


def test_a_reset_code_asked_for_before_the_undo_opens_nothing(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    EmailAddress.objects.all().delete()
    taker = Client()
    ask_reset(taker, OWN_PHONE)
    code = code_for(outbox, OWN_E164)
    Client().post(link)
    taker.post(RESET_CODE, {"code": code})
    taker.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
    owner.refresh_from_db()
    assert owner.phone == E164
    assert not owner.has_usable_password()


@pytest.mark.parametrize("by", ["undo", "reset", "password change"])
def test_a_grant_given_before_opens_nothing(owner: User, outbox: Outbox, by: str) -> None:
    _, link = take_phone(owner, outbox)
    taker = Client()
    grant_reset(taker, outbox, OWN_PHONE, OWN_E164)
    owner.refresh_from_db()
    if by == "undo":
        Client().post(link)
    elif by == "reset":
        reset(Client(), outbox, MAILBOX, MAILBOX)
    else:
        change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
        enter(owner).post("/account/password/change/", change)
    taker.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
    owner.refresh_from_db()
    assert not owner.check_password(TAKERS_PASSWORD)
    assert not is_in(taker)


@pytest.mark.parametrize("by", ["undo", "reset", "password change"])
def test_no_code_asked_for_before_works_after(owner: User, outbox: Outbox, by: str) -> None:
    link = take_phone(owner, outbox)[1]
    clients = Client(), Client()
    for client, page in zip(clients, (SIGN_IN, RESET), strict=True):
        minute_later()
        client.post(page, {"login": OWN_PHONE})
    codes = [CODE.findall(text)[-1] for text in told(outbox, OWN_E164)[-2:]]
    if by == "undo":
        Client().post(link)
    elif by == "reset":
        reset(Client(), outbox, MAILBOX, MAILBOX)
    else:
        change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
        enter(owner).post("/account/password/change/", change)
    for client, page, code in zip(clients, (SIGN_IN_CODE, RESET_CODE), codes, strict=True):
        client.post(page, {"code": code})
        client.post(RESET_NEW, {"password1": TAKERS_PASSWORD})
        assert not is_in(client)
    owner.refresh_from_db()
    assert not owner.check_password(TAKERS_PASSWORD)


def test_a_mailbox_change_that_waits_for_its_code_ends_with_the_undo(
    owner: User, outbox: Outbox
) -> None:
    taker, link = take_phone(owner, outbox)
    taker.post(ASK_MAILBOX, {"address": OWN_MAILBOX})
    code = code_for(outbox, OWN_MAILBOX)
    Client().post(link)
    reset(owner_client := Client(), outbox, PHONE, E164)
    owner.refresh_from_db()
    owner_client.post("/account/reauthenticate/", {"password": NEW_PASSWORD})
    assert owner_client.get(f"{ASK_MAILBOX}code/").status_code == 302  # nothing waits any more
    owner_client.post(f"{ASK_MAILBOX}code/", {"code": code})
    assert EmailAddress.objects.get().email == MAILBOX


@pytest.mark.parametrize("days", [0, 30])
def test_questions_and_factors_of_the_taker_go_with_the_undo(
    days: int, owner: User, outbox: Outbox
) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    taker = enter(owner)
    answers = {
        "question1": "first_teacher", "answer1": "甲乙", "question2": "first_pet",
        "answer2": "丙丁", "question3": "first_dish", "answer3": "戊己",
    }  # fmt: skip
    taker.post("/account/security/questions/", answers)
    assert SecurityAnswer.objects.exists()
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    Authenticator.objects.create(user=owner, type="webauthn", data={"name": "taker"})
    # The taker waits before the change that the owner undoes.
    long_ago = timedelta(days=days)
    Authenticator.objects.update(created_at=F("created_at") - long_ago)
    SecurityEvent.objects.update(at=F("at") - long_ago)
    _, link = take_phone(owner, outbox)
    what = Client().get(link).content.decode()
    assert "通行密钥" in what
    Client().post(link)
    assert not SecurityAnswer.objects.exists()
    assert not Authenticator.objects.exists()


def test_both_the_old_contact_and_the_displaced_one_are_told_of_the_undo(
    owner: User, outbox: Outbox
) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    assert any("不再绑定" in text for text in told(outbox, OWN_E164))
    for address in (E164, MAILBOX):
        assert "password/reset" in told(outbox, address)[-1]


def test_a_number_that_another_account_has_by_now_is_no_error(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    other = make_account("other@example.org", phone=E164)
    answer = Client().post(link)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "另一个账号" in page
    assert RESET in page
    owner.refresh_from_db()
    assert owner.phone is None
    assert not owner.has_usable_password()
    other.refresh_from_db()
    assert other.phone == E164
    assert opens_by_code(outbox, MAILBOX, MAILBOX)


def test_where_nothing_is_left_to_restore_the_page_leads_to_the_school(
    owner: User, outbox: Outbox
) -> None:
    EmailAddress.objects.all().delete()
    User.objects.update(email="")
    _, link = take_phone(owner, outbox)
    make_account("other@example.org", phone=E164)
    page = Client().post(link).content.decode()
    assert "/account/rescue/" in page
    owner.refresh_from_db()
    assert owner.phone is None


def test_the_undo_of_a_mailbox_that_another_account_has_by_now(owner: User, outbox: Outbox) -> None:
    bind(enter(owner), outbox, ASK_MAILBOX, OWN_MAILBOX)
    link = undo_link(outbox, MAILBOX)
    make_account(MAILBOX)
    assert Client().post(link).status_code == 200
    assert not EmailAddress.objects.filter(user=owner).exists()
    assert opens_by_code(outbox, PHONE, E164)


def test_an_undo_clicked_twice_says_what_it_did(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    reset(Client(), outbox, PHONE, E164)
    second = Client().post(link)
    assert RESET in second.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(NEW_PASSWORD)  # nothing was done a second time


def test_the_undo_keeps_an_account_that_the_taker_wanted_deleted(
    owner: User, outbox: Outbox
) -> None:
    taker, link = take_phone(owner, outbox)
    taker.post("/account/security/delete/")
    owner.refresh_from_db()
    assert owner.deletion_due_at
    Client().post(link)
    owner.refresh_from_db()
    assert owner.deletion_due_at is None


def test_the_taker_cannot_undo_the_owners_undo(owner: User, outbox: Outbox) -> None:
    _, link = take_phone(owner, outbox)
    Client().post(link)
    reset(Client(), outbox, PHONE, E164)
    assert not [text for text in told(outbox, OWN_E164) if "/contacts/undo/" in text]
