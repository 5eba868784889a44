"""Choosing a username, and being reminded of how one signs in."""

import re

import pytest
from django.test import Client

from accounts.models import EventKind, User
from accounts.security_log import log_of
from audit.models import AuditEntry
from tests.outbox import Outbox
from tests.people import PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db

PAGE, FIND = "/account/security/username/", "/account/username/"
E164 = "+8613912345678"


def without_token(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


def choose(user: User, name: str) -> str:
    client = enter(user)
    page: str = client.post(PAGE, {"username": name}, follow=True).content.decode()
    user.refresh_from_db()
    return page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("xiaoyu.2026", "xiaoyu.2026"), ("晓雨的账号", "晓雨的账号"), ("ＸｉａｏＹｕ", "XiaoYu")],
)
def test_a_name_is_chosen_and_signs_in_in_any_case(li: User, typed: str, kept: str) -> None:
    assert kept in choose(li, typed)
    assert li.username == kept
    client = Client()
    client.post("/account/login/", {"login": kept.upper(), "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert EventKind.USERNAME_CHOSEN in log_of(li).values_list("kind", flat=True)
    assert AuditEntry.objects.filter(action="accounts.choose_username").exists()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "a" * 33,
        "13912345678",
        "+8613912345678",
        "１３９１２３４５６７８",
        "a13912345678",
        "E12345678",  # as passports are numbered
        "11010120070815012x",
        "me@example.org",
        "two words",
        "_name",
        "<b>name",
    ],
)
def test_what_looks_like_something_else_is_no_name(li: User, typed: str) -> None:
    assert "data-error-summary" in choose(li, typed)
    assert li.username is None


def test_a_name_belongs_to_one_account_in_any_case(li: User, wang: User) -> None:
    choose(li, "Lantern")
    assert "已经有人用了" in choose(wang, "lANTERN")
    assert wang.username is None
    assert "登录了" in choose(li, "lantern")  # one's own may be written again


def test_names_are_not_tried_out_by_the_hundred(li: User) -> None:
    client = enter(li)
    answers = [client.post(PAGE, {"username": f"lantern{n}"}) for n in range(11)]
    assert "data-error-summary" in answers[-1].content.decode()
    li.refresh_from_db()
    assert li.username == "lantern9"


def test_hints_go_to_the_confirmed_contact_and_are_masked(client: Client, outbox: Outbox) -> None:
    user = make_account("lin.sample@example.org", phone=E164)
    User.objects.filter(pk=user.pk).update(username="paper.lantern")
    client.post(FIND, {"contact": "13912345678"})
    client.post(FIND, {"contact": "Lin.Sample@example.org"})
    [text], [letter] = outbox.texts(), outbox.emails()
    assert (text.to, letter.to) == (E164, "lin.sample@example.org")
    assert "l***@example.org" in letter.text
    assert "example.org" not in text.text, "no provider of text messages lets a domain through"
    for told in (text.text, letter.text):
        assert all(hint in told for hint in ("p***n", "l***", "139****5678"))
        assert not re.search("paper|lin.sample|13912345678", told)


def test_an_unknown_contact_gets_the_same_page_and_learns_it_from_the_message(
    outbox: Outbox,
) -> None:
    make_account("known@example.org")
    User.objects.create(phone=E164)  # never confirmed
    pages = [
        without_token(Client().post(FIND, {"contact": contact}, follow=True).content)
        for contact in ("known@example.org", "stranger@example.org", "13912345678")
    ]
    assert len(set(pages)) == 1
    letters = {letter.to: letter.text for letter in (*outbox.emails(), *outbox.texts())}
    assert "k***@example.org" in letters["known@example.org"]
    assert "没有绑定任何账号" in letters["stranger@example.org"]
    assert "没有绑定任何账号" in letters[E164]


@pytest.mark.parametrize("typed", ["", "xiaoyu", "12345", "lin@"])
def test_hints_need_a_contact(client: Client, typed: str) -> None:
    assert "data-error-summary" in client.post(FIND, {"contact": typed}).content.decode()


def test_hints_are_not_sent_twice_a_minute(client: Client, outbox: Outbox) -> None:
    answers = [client.post(FIND, {"contact": "li@example.org"}).status_code for _ in range(2)]
    assert answers == [302, 429]
    assert len(outbox.emails()) == 1
