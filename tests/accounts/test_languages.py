"""Whatever is sent to an account is written in the language its owner chose."""

import re

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.deletion.services import ask_for_deletion
from accounts.models import LimitHit, User
from accounts.notices.services import notify
from tests.outbox import Letter, Outbox
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db
E164, MAILBOX = "+8613912345678", "lin.sample@example.org"
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def lin() -> User:
    """林 reads English; those who act on the account read Chinese."""
    account = make_account(MAILBOX, phone=E164)
    client = Client()
    client.force_login(account)
    client.post("/language/", {"language": "en", "next": "/"})
    account.refresh_from_db()
    return account


def letters(outbox: Outbox) -> list[Letter]:
    return outbox.emails() + outbox.texts()


def is_chinese(letter: Letter) -> bool:
    """Without the portal's name, which is the same in both."""
    return bool(CHINESE.search((letter.subject + letter.text).replace("学籍门户", "")))


def test_the_button_sets_the_language_of_notices(lin: User, outbox: Outbox) -> None:
    other = make_account("other@example.org")
    for account in (lin, other):
        notify(account=account, kind="report_answer", path="/status/", always=True)
    told = {letter.to: is_chinese(letter) for letter in letters(outbox)}
    assert told == {MAILBOX: False, E164: False, "other@example.org": True}


def test_many_are_told_each_in_their_own(lin: User, outbox: Outbox) -> None:
    with override("en"):  # a member of staff who reads English
        other = User.objects.get(pk=make_account("other@example.org").pk)
        User.objects.filter(pk=other.pk).update(language="zh-hans")
        other.refresh_from_db()
        ask_for_deletion(account=other)
    ask_for_deletion(account=lin)
    told = {letter.to: is_chinese(letter) for letter in letters(outbox)}
    assert told == {MAILBOX: False, E164: False, "other@example.org": True}


@pytest.mark.parametrize(
    ("door", "field"),
    [
        ("/account/login/code/", "login"),
        ("/account/password/reset/", "login"),
        ("/account/username/", "contact"),
    ],
)
@pytest.mark.parametrize("contact", [MAILBOX, E164])
def test_codes_and_hints_use_the_language_of_the_account(
    lin: User, outbox: Outbox, door: str, field: str, contact: str
) -> None:
    Client(HTTP_ACCEPT_LANGUAGE="zh").post(door, {field: contact})
    [letter] = letters(outbox)
    assert letter.to == contact
    assert not is_chinese(letter)


def test_a_code_sent_again_stays_in_the_language(lin: User, outbox: Outbox) -> None:
    client = Client()
    client.post("/account/login/code/", {"login": MAILBOX})
    LimitHit.objects.all().delete()  # a minute later
    client.post("/account/login/code/again/")
    assert [is_chinese(letter) for letter in letters(outbox)] == [False, False]


def test_an_owner_is_told_of_another_registration_in_the_accounts_language(
    lin: User, outbox: Outbox
) -> None:
    Client().post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    Client().post("/account/signup/phone/", {"phone": E164, "password1": PASSWORD} | AGREED)
    enter(make_account("wants@example.org")).post("/account/contacts/email/", {"address": MAILBOX})
    told = letters(outbox)
    assert {letter.to for letter in told} == {MAILBOX, E164}
    assert not any(map(is_chinese, told))


def test_a_change_of_password_is_told_in_the_language(lin: User, outbox: Outbox) -> None:
    browser = enter(lin)
    given = {"oldpassword": PASSWORD, "password1": "another calm phrase"}
    browser.post("/account/password/change/", given)
    told = letters(outbox)
    assert {letter.to for letter in told} == {MAILBOX, E164}
    assert not any(map(is_chinese, told))


def test_who_registers_in_english_is_written_to_in_english(outbox: Outbox) -> None:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    assert User.objects.get().language == "en"
    assert not is_chinese(outbox.emails()[0])


def test_what_was_chosen_before_signing_in_counts() -> None:
    account = make_account(MAILBOX)
    browser = Client()
    browser.post("/language/", {"language": "en", "next": "/"})
    browser.post("/account/login/", {"login": MAILBOX, "password": PASSWORD})
    account.refresh_from_db()
    assert account.language == "en"


@pytest.mark.parametrize("language", ["fr", "", "x" * 999, "zh-hant"])
def test_an_unknown_language_changes_nothing(lin: User, language: str) -> None:
    browser = Client()
    browser.force_login(lin)
    assert browser.post("/language/", {"language": language, "next": "/"}).status_code == 302
    lin.refresh_from_db()
    assert lin.language == "en"
