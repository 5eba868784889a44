"""Recovering the password with a code."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Code, EventKind, User
from accounts.security_log import log_of
from audit.models import AuditEntry
from tests.accounts.codes.by_code import (
    E164,
    MAILBOX,
    NAME,
    NEW,
    NEW_PASSWORD,
    RESET,
    ask,
    code_for,
    enter,
    is_signed_in,
    later,
    messages,
)
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD

pytestmark = pytest.mark.django_db


def test_a_phone_recovers_the_password(client: Client, outbox: Outbox) -> None:
    lin = User.objects.create(phone=E164, phone_confirmed_at="2026-09-01T00:00:00Z")
    lin.set_password(PASSWORD)
    lin.save()
    elsewhere = Client()
    elsewhere.post("/account/login/", {"login": "13912345678", "password": PASSWORD})
    assert is_signed_in(elsewhere)
    ask(client, "13912345678", RESET)
    assert "重设密码" in enter(client, code_for(outbox, E164), RESET)
    client.post(NEW, {"password1": NEW_PASSWORD})
    lin.refresh_from_db()
    assert lin.check_password(NEW_PASSWORD)
    assert is_signed_in(client)
    assert elsewhere.get("/account/security/").status_code == 302
    assert "密码已修改" in outbox.texts()[-1].text


def test_both_contacts_are_told_and_the_logs_keep_it(
    client: Client, lin: User, outbox: Outbox
) -> None:
    waiting = Client()
    ask(waiting, "13912345678")  # a code another person may have asked for
    ask(client, MAILBOX, RESET)
    enter(client, code_for(outbox, MAILBOX), RESET)
    client.post(NEW, {"password1": NEW_PASSWORD})
    told = {m.to: m.text for m in messages(outbox)}
    assert "校验码重设了密码" in told[MAILBOX]
    assert "密码已修改" in told[E164]
    assert EventKind.PASSWORD_RESET in log_of(lin).values_list("kind", flat=True)
    assert AuditEntry.objects.filter(action="accounts.reset_password").exists()
    assert not Code.objects.filter(account=lin, closed_at=None).exists()


def test_recovering_the_password_activates_an_account_that_never_was(
    client: Client, outbox: Outbox
) -> None:
    client.post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    newcomer = Client()
    ask(newcomer, MAILBOX, RESET)
    enter(newcomer, code_for(outbox, MAILBOX), RESET)
    newcomer.post(NEW, {"password1": NEW_PASSWORD})
    assert is_signed_in(newcomer)
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    "password", ["", "12345678", "password1", "lin.sample-2026", "ab13912345678"]
)
def test_a_weak_new_password_is_refused(
    client: Client, lin: User, outbox: Outbox, password: str
) -> None:
    ask(client, MAILBOX, RESET)
    enter(client, code_for(outbox, MAILBOX), RESET)
    answer = client.post(NEW, {"password1": password})
    lin.refresh_from_db()
    assert "data-error-summary" in answer.content.decode()
    assert lin.check_password(PASSWORD)


def test_no_new_password_without_the_code_or_long_after_it(
    client: Client, lin: User, outbox: Outbox
) -> None:
    assert client.post(NEW, {"password1": NEW_PASSWORD}).headers["Location"] == RESET
    ask(client, MAILBOX, RESET)
    enter(client, code_for(outbox, MAILBOX), RESET)
    session = client.session
    session["password_reset_granted"]["at"] -= 601
    session.save()
    assert client.post(NEW, {"password1": NEW_PASSWORD}).headers["Location"] == RESET
    lin.refresh_from_db()
    assert lin.check_password(PASSWORD)


def test_an_account_without_a_password_chooses_one_first(
    client: Client, lin: User, outbox: Outbox
) -> None:
    lin.set_unusable_password()
    lin.save()
    ask(client, MAILBOX)
    assert "重设密码" in enter(client, code_for(outbox, MAILBOX))
    assert not is_signed_in(client)
    client.post(NEW, {"password1": NEW_PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["13912345678", "13800138000", NAME, "nobody.at.all"])
def test_a_password_is_recovered_five_times_a_day(lin: User, outbox: Outbox, login: str) -> None:
    answers, client = [], Client()
    for _ in range(6):
        answers.append(client.post(RESET, {"login": login}).status_code)
        later(hours=2)
    assert answers == [302] * 5 + [429]
