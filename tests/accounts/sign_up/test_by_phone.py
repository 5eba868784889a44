"""Registering with a mobile number, and signing in with it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client

from accounts.limits import rate_limits
from accounts.models import Code, LimitHit, User
from accounts.sign_up import by_phone
from accounts.tasks import forget_unfinished
from tests.outbox import CODE, Outbox
from tests.people import AGREED, PASSWORD, make_account

pytestmark = pytest.mark.django_db

NUMBER, E164 = "13912345678", "+8613912345678"


def register(client: Client, number: str = NUMBER, password: str = PASSWORD) -> str:
    data = {"phone": number, "password1": password} | AGREED
    return _text(client.post("/account/signup/phone/", data, follow=True).content.decode())


def enter(client: Client, code: str) -> str:
    answer = client.post("/account/signup/phone/code/", {"code": code}, follow=True)
    return answer.content.decode()


def sign_in(client: Client, login: str, password: str = PASSWORD) -> bool:
    client.post("/account/login/", {"login": login, "password": password})
    return "_auth_user_id" in client.session


def last_code(outbox: Outbox) -> str:
    match = CODE.search(outbox.texts()[-1].text)
    assert match
    return match.group()


def minute_later() -> None:
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))


def _text(page: str) -> str:
    """The page without its CSRF tokens, the state of the message and the wait."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    page = re.sub(r"<time.*?</time>", "", page)
    return re.sub(r'data-countdown="\d+"', "", page)


def test_a_newcomer_registers_by_phone_and_is_in(client: Client, outbox: Outbox) -> None:
    page = register(client)
    assert "139 1234 5678" in page
    assert not sign_in(Client(), NUMBER)  # nothing is confirmed yet
    enter(client, last_code(outbox))
    assert "_auth_user_id" in client.session
    user = User.objects.get(phone=E164)
    assert (user.phone_confirmed_at is not None, user.is_staff) == (True, False)


def test_the_number_to_be_changed_stands_in_the_form_as_it_is_dialled(client: Client) -> None:
    page = register(client)
    assert 'href="/account/signup/phone/"' in page
    form = client.get("/account/signup/phone/").context["form"]
    assert form.initial["phone"] == "139 1234 5678"
    client.post("/account/signup/phone/", {"phone": form.initial["phone"]})
    assert User.objects.get().phone == E164


@pytest.mark.parametrize(
    "typed", [NUMBER, "+86 139 1234 5678", "139-1234-5678", "１３９１２３４５６７８"]
)
def test_the_number_signs_in_however_it_is_written(typed: str) -> None:
    make_account("by.phone@example.org", phone=E164)
    assert sign_in(Client(), typed)


def test_username_and_mailbox_sign_in_in_the_same_field() -> None:
    user = make_account("by.name@example.org", phone=E164)
    User.objects.filter(pk=user.pk).update(username="xiaoyu.2026")
    assert sign_in(Client(), "xiaoyu.2026")
    assert sign_in(Client(), "by.name@example.org")


def test_wrong_passwords_for_one_phone_lock_no_other_phone() -> None:
    make_account("victim@example.org", phone=E164)
    for _ in range(8):
        assert not sign_in(Client(), "13812345678", "wrong")
    assert sign_in(Client(), NUMBER)


def test_the_tries_for_a_phone_are_one_count_however_it_is_written() -> None:
    make_account("target@example.org", phone=E164)
    for typed in (NUMBER, "+86 139 1234 5678", "139-1234-5678", "139 12345678", "139 1234 5678"):
        assert not sign_in(Client(), typed, "wrong")
    assert not sign_in(Client(), "8613912345678")


def test_a_known_number_gets_the_same_pages_and_its_owner_is_told(outbox: Outbox) -> None:
    make_account("owner@example.org", phone=E164)
    stranger, other = Client(), Client()
    known, unknown = register(stranger), register(other, "13812345678")
    assert known.replace("139", "138") == unknown
    texts = {letter.to: letter.text for letter in outbox.texts()}
    assert (
        "已绑定在你的账号上" in texts[E164]
        or "已属于你的账号" in texts[E164]
        or "你的账号" in texts[E164]
    )
    assert not CODE.search(texts[E164])
    wrong_for_known, wrong_for_unknown = (_text(enter(c, "000000")) for c in (stranger, other))
    assert wrong_for_known.replace("139", "138") == wrong_for_unknown
    assert User.objects.filter(phone=E164, phone_confirmed_at__isnull=False).count() == 1


def test_asking_too_often_leaves_no_account_behind(client: Client, outbox: Outbox) -> None:
    register(client)
    assert "再次获取" in register(Client()) or User.objects.count() == 1
    assert User.objects.count() == 1


def test_a_double_click_goes_on_with_one_account(client: Client, outbox: Outbox) -> None:
    register(client)
    minute_later()
    register(client)
    assert User.objects.count() == 1
    assert Code.objects.count() == 1
    enter(client, last_code(outbox))
    assert "_auth_user_id" in client.session


def test_two_who_began_with_one_number_get_one_account(outbox: Outbox) -> None:
    first, second = Client(), Client()
    register(first)
    code = last_code(outbox)
    minute_later()
    register(second)
    enter(second, last_code(outbox))
    enter(first, code)
    assert "_auth_user_id" in second.session
    assert "_auth_user_id" not in first.session


@pytest.mark.parametrize(
    ("number", "password"),
    [("", PASSWORD), ("010-62781234", PASSWORD), (NUMBER, "12345678"), (NUMBER, NUMBER)],
)
def test_signing_up_by_phone_names_bad_input_and_keeps_it(
    client: Client, number: str, password: str
) -> None:
    page = register(client, number, password)
    assert "data-error-summary" in page
    assert not number or f'value="{number}"' in page
    assert not User.objects.exists()


def test_what_was_never_confirmed_is_forgotten_and_nothing_else(
    client: Client, outbox: Outbox
) -> None:
    register(client)
    make_account("stays@example.org", phone="+8613812345678")
    make_account("stays.too@example.org")
    User.objects.update(date_joined=F("date_joined") - by_phone.UNCONFIRMED_TTL)
    forget_unfinished()
    assert {user.email for user in User.objects.all()} == {
        "stays@example.org",
        "stays.too@example.org",
    }


def pass_time(**span: float) -> None:
    User.objects.update(date_joined=F("date_joined") - timedelta(**span))
    Code.objects.update(expires_at=F("expires_at") - timedelta(**span))
    LimitHit.objects.update(at=F("at") - timedelta(**span))


@pytest.mark.parametrize("how", ["resent", "started again"])
def test_no_code_outlives_the_account_it_is_for(client: Client, outbox: Outbox, how: str) -> None:
    register(client)
    pass_time(hours=47)
    if how == "resent":
        page = client.post("/account/signup/phone/again/", follow=True).content.decode()
        assert "校验码" in page
        assert not outbox.texts()
    register(client)
    pass_time(hours=2)
    forget_unfinished()
    enter(client, last_code(outbox))
    assert sign_in(Client(), NUMBER)


def test_an_account_lives_as_long_as_its_link() -> None:
    account = make_account("late@example.org")
    User.objects.update(date_joined=F("date_joined") - timedelta(days=400))
    EmailAddress.objects.update(verified=False)
    assert rate_limits.try_consume("send_link", account.email)
    forget_unfinished()
    assert User.objects.exists()
    LimitHit.objects.update(at=F("at") - timedelta(days=1))
    forget_unfinished()
    assert not User.objects.exists()


def test_a_phone_owner_types_the_password_again_before_a_change() -> None:
    client = Client()
    user = User.objects.create(phone=E164, phone_confirmed_at="2026-09-01T00:00:00Z")
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    assert "reauthenticate" in client.get("/account/contacts/phone/")["Location"]
    client.post("/account/reauthenticate/", {"password": "wrong"})
    assert client.get("/account/contacts/phone/").status_code == 302
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/contacts/phone/").status_code == 200
