"""Signing in with a code."""

import json
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from accounts.models import Block, Code, EventKind, RoleGrant, User
from accounts.roles import Role
from accounts.security_log import log_of
from accounts.sessions.store import handle_of
from accounts.tasks import forget_unfinished
from delivery.models import OutboxMessage
from tests.accounts.codes.by_code import (
    E164,
    ENTER,
    MAILBOX,
    NAME,
    RESET,
    SIGN_IN,
    ask,
    code_for,
    enter,
    is_signed_in,
    later,
    messages,
    page,
    wrong,
)
from tests.outbox import CODE, Outbox
from vault.lookup import keyed_hash

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("login", "sent_to"),
    [
        ("139 1234 5678", E164),
        (MAILBOX.upper(), MAILBOX),
        (NAME.upper(), MAILBOX),  # e-mail costs nothing
        ("ｌｉｎ．ｓａｍｐｌｅ", MAILBOX),
    ],
)
def test_a_code_signs_in(
    client: Client, lin: User, outbox: Outbox, login: str, sent_to: str
) -> None:
    ask(client, login)
    enter(client, code_for(outbox, sent_to))
    assert client.session["_auth_user_id"] == str(lin.pk)
    assert list(log_of(lin).values_list("kind", flat=True)) == [EventKind.SIGNED_IN_BY_CODE]
    assert {message.to for message in messages(outbox)} == {sent_to}


def test_a_username_without_a_mailbox_is_reached_by_phone(
    client: Client, lin: User, outbox: Outbox
) -> None:
    EmailAddress.objects.all().delete()
    ask(client, NAME)
    enter(client, code_for(outbox, E164))
    assert is_signed_in(client)


def test_the_second_factor_is_asked_all_the_same(client: Client, lin: User, outbox: Outbox) -> None:
    TOTP.activate(lin, generate_totp_secret())
    ask(client, MAILBOX)
    answer = client.post(ENTER[SIGN_IN], {"code": code_for(outbox, MAILBOX)})
    assert answer.headers["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_new_password_does_not_pass_by_the_second_factor(
    client: Client, lin: User, outbox: Outbox
) -> None:
    TOTP.activate(lin, generate_totp_secret())
    ask(client, MAILBOX, RESET)
    client.post(ENTER[RESET], {"code": code_for(outbox, MAILBOX)})
    given = {"password1": "four calm new words"}
    answer = client.post("/account/password/reset/new/", given)
    assert answer.headers["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(client)


def test_staff_come_in_too_and_set_up_their_second_factor(
    client: Client, lin: User, outbox: Outbox, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    RoleGrant.objects.create(user=lin, role=Role.REGISTRAR)
    ask(client, MAILBOX)
    enter(client, code_for(outbox, MAILBOX))
    assert client.get("/registry/imports/").headers["Location"] == "/account/security/staff/"


def test_a_text_message_says_what_its_code_opens(client: Client, lin: User, outbox: Outbox) -> None:
    ask(client, "13912345678")
    later(seconds=61)
    assert "你正在登录" in outbox.texts()[0].text
    ask(client, "13912345678", RESET)
    assert "你正在重设密码" in outbox.texts()[-1].text


def test_signing_in_leads_where_one_was_going(client: Client, lin: User, outbox: Outbox) -> None:
    assert 'href="/account/login/code/?next=/help/"' in page(
        client.get("/account/login/?next=/help/")
    ).replace("%2F", "/")
    assert 'name="next" value="/help/"' in page(client.get(SIGN_IN + "?next=/help/"))
    client.post(SIGN_IN, {"login": MAILBOX, "next": "/help/"})
    answer = client.post(ENTER[SIGN_IN], {"code": code_for(outbox, MAILBOX)})
    assert answer.headers["Location"] == "/help/"


def test_signing_in_by_code_leads_to_no_other_site(
    client: Client, lin: User, outbox: Outbox
) -> None:
    client.post(SIGN_IN, {"login": MAILBOX, "next": "//evil.example/"})
    answer = client.post(ENTER[SIGN_IN], {"code": code_for(outbox, MAILBOX)})
    assert answer.headers["Location"] == "/verify/"


@pytest.mark.parametrize("door", [SIGN_IN, RESET])
@pytest.mark.parametrize(
    ("known", "unknown"),
    [(MAILBOX, "lan.sample@example.org"), ("13912345678", "13912335678"), (NAME, "lan.sample")],
)
def test_asking_for_a_code_shows_known_and_unknown_people_the_same(
    lin: User, outbox: Outbox, door: str, known: str, unknown: str
) -> None:
    def journey(login: str) -> list[str]:
        client = Client()
        seen = [ask(client, login, door)]
        outbox.emails()  # sent meanwhile
        seen += [enter(client, "000000", door) for _ in range(6)]
        seen += [ask(client, login, door), ask(Client(), login, door)]
        typed = (login, " ".join([login[:3], login[3:7], login[7:]]))  # a number in groups
        return [text.replace(typed[0], "LOGIN").replace(typed[1], "LOGIN") for text in seen]

    # The one right code in a million is not 000000 here: what follows is wrong either way.
    assert journey(known) == journey(unknown)
    letters = {message.to: message.text for message in messages(outbox)}
    told = unknown if "@" in unknown else f"+86{unknown}"
    if unknown != "lan.sample":
        assert "没有绑定任何账号" in letters[told]
    assert not any(CODE.search(letters[to]) for to in letters if to == told)


def test_a_failed_message_to_one_contact_reveals_nothing_of_the_other(
    lin: User, outbox: Outbox
) -> None:
    by_mail, by_phone, by_name = Client(), Client(), Client()
    ask(by_mail, MAILBOX)
    ask(by_phone, "13912345678")
    assert "校验码" in ask(by_name, NAME)  # no cool-down of the mailbox is met
    for _ in range(5):
        enter(by_phone, "000000")
    codes = {code_for(outbox, MAILBOX), *CODE.findall(outbox.emails()[0].text)}
    assert any(is_signed_in(by_mail) for code in codes if enter(by_mail, code))


def test_the_same_code_comes_again_and_its_tries_are_not_refilled(
    client: Client, lin: User, outbox: Outbox
) -> None:
    ask(client, MAILBOX)
    code = code_for(outbox, MAILBOX)
    for _ in range(4):
        assert "校验码不正确" in enter(client, wrong(code))
    later(seconds=61)
    client.post("/account/login/code/again/")
    assert len(outbox.emails()) == 2
    first, again = OutboxMessage.objects.all()
    assert first.reference == again.reference, "one code"
    assert first.key != again.key, "two messages"
    assert code_for(outbox, MAILBOX) == code
    assert "已失效" in enter(client, wrong(code))
    assert "填写的信息" not in enter(client, code)
    assert not is_signed_in(client)


def test_a_code_lives_ten_minutes(client: Client, lin: User, outbox: Outbox) -> None:
    ask(client, MAILBOX)
    code = code_for(outbox, MAILBOX)
    assert "10 分钟" in outbox.emails()[0].text
    Code.objects.update(expires_at=F("expires_at") - timedelta(minutes=10, seconds=1))
    enter(client, code)
    assert not is_signed_in(client)


def test_a_code_is_good_where_it_was_asked_for_and_for_that_alone(
    client: Client, lin: User, outbox: Outbox
) -> None:
    ask(client, MAILBOX)
    code = code_for(outbox, MAILBOX)
    thief = Client()
    enter(thief, code)
    assert not is_signed_in(thief)
    later(seconds=61)
    ask(client, MAILBOX, RESET)
    assert "校验码不正确" in enter(client, code, RESET)
    enter(client, code)
    assert is_signed_in(client)


def test_only_a_confirmed_contact_gets_a_code(outbox: Outbox) -> None:
    user = User.objects.create(phone=E164, email=MAILBOX)
    EmailAddress.objects.create(user=user, email=MAILBOX, primary=True)
    ask(Client(), MAILBOX)
    ask(Client(), "13912345678")
    assert all("没有绑定任何账号" in message.text for message in messages(outbox))


def test_a_contact_replaced_meanwhile_opens_nothing(
    client: Client, lin: User, outbox: Outbox
) -> None:
    ask(client, MAILBOX)
    EmailAddress.objects.update(email="new@example.org")
    enter(client, code_for(outbox, MAILBOX))
    assert not is_signed_in(client)


def test_a_closed_account_gets_no_code(client: Client, lin: User, outbox: Outbox) -> None:
    User.objects.update(is_active=False)
    ask(client, MAILBOX)
    assert "没有绑定任何账号" in outbox.emails()[0].text


def test_a_blocked_contact_is_not_reached_by_the_username(
    client: Client, lin: User, outbox: Outbox
) -> None:
    until = lin.date_joined + timedelta(days=1)
    client.post(SIGN_IN, {"login": "somebody@example.org"})
    asker = keyed_hash("limit", f"browser:{handle_of(str(client.session.session_key))}")
    Block.objects.create(subject=keyed_hash("limit", MAILBOX), asker_hash=asker, until=until)
    assert client.post(SIGN_IN, {"login": MAILBOX}).status_code == 429  # and it says until when
    ask(client, NAME)
    assert [letter for letter in messages(outbox) if letter.to == MAILBOX] == []


def test_session_and_outbox_hold_nothing_personal(
    client: Client, lin: User, outbox: Outbox
) -> None:
    ask(client, NAME)
    ask(client, "13912345678", RESET)
    kept = json.dumps(dict(client.session)) + str(list(OutboxMessage.objects.values()))
    assert not re.search(rf"{NAME}|{MAILBOX}|13912345678", kept)


@pytest.mark.parametrize("typed", ["", "lin@", "010-62511111", "12345", "@", "+", "a\x00b"])
def test_what_can_be_no_account_is_named(client: Client, typed: str) -> None:
    answer = client.post(SIGN_IN, {"login": typed})
    assert answer.status_code == 200
    assert "data-error-summary" in answer.content.decode()


def test_ended_codes_are_deleted(client: Client, lin: User) -> None:
    ask(client, "nobody@example.org")
    forget_unfinished()
    assert Code.objects.count() == 1
    Code.objects.update(expires_at=F("expires_at") - timedelta(days=3))
    forget_unfinished()
    assert Code.objects.count() == 0


@pytest.mark.parametrize("door", [SIGN_IN, RESET])
def test_a_code_entered_after_the_session_is_gone_is_answered_in_words(
    client: Client, door: str
) -> None:
    told = "请重新获取"
    assert told in enter(client, "123456", door)
    assert told not in page(client.get(door))
    assert told not in page(client.get(ENTER[door], follow=True))
