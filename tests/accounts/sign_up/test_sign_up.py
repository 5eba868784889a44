"""Register by e-mail, activate, sign in, sign out."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import LimitHit, User
from accounts.sessions import lifetime
from tests.outbox import Letter, Outbox
from tests.people import AGREED

pytestmark = pytest.mark.django_db

ADDRESS = "lin.sample@example.edu.cn"
PASSWORD = "three calm words"
LINK = re.compile(r"http://localhost:8000(/\S+)")


@pytest.fixture
def member() -> User:
    """A student with an activated account."""
    user = User.objects.create(email="member@example.edu.cn", password=make_password(PASSWORD))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def register(client: Client, address: str = ADDRESS, password: str = PASSWORD) -> str:
    """Send the sign-up form; the page it leads to."""
    data = {"email": address, "password1": password} | AGREED
    answer = client.post("/account/signup/", data, follow=True)
    return answer.content.decode()


def sign_in(client: Client, login: str, password: str = PASSWORD) -> None:
    client.post("/account/login/", {"login": login, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def link_in(letter: Letter) -> str:
    match = LINK.search(letter.text)
    assert match, letter.text
    return match.group(1)


def test_a_newcomer_registers_activates_and_is_signed_in(client: Client, outbox: Outbox) -> None:
    page = register(client)
    assert ADDRESS in page
    [letter] = outbox.emails()
    assert letter.to == ADDRESS
    assert not is_signed_in(client)
    link = link_in(letter)
    assert "立即验证" in client.get(link).content.decode()
    client.post(link)
    assert is_signed_in(client)


def test_an_address_is_shown_in_full_and_comes_back_to_be_changed(client: Client) -> None:
    register(client)
    page = client.get("/account/signup/").content.decode()
    assert f'value="{ADDRESS}"' in page


def test_a_good_password_survives_a_slip_elsewhere_and_a_bad_one_does_not(client: Client) -> None:
    typed = {"email": "nonsense", "password1": PASSWORD} | AGREED
    page = client.post("/account/signup/", typed)
    assert f'value="{PASSWORD}"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "<title>有 1 处需要改正 ·" in page.content.decode()
    refused = client.post("/account/signup/", typed | {"password1": "12345678"})
    assert 'value="12345678"' not in refused.content.decode()


def test_the_link_works_on_another_device_with_the_password_and_only_once(
    client: Client, outbox: Outbox
) -> None:
    register(client)
    link = link_in(outbox.emails()[0])
    elsewhere = Client()
    elsewhere.post(link)
    assert not EmailAddress.objects.get(email=ADDRESS).verified
    assert not is_signed_in(elsewhere)  # a link alone is no sign-in
    elsewhere.post(link, {"password": PASSWORD})
    assert EmailAddress.objects.get(email=ADDRESS).verified
    assert is_signed_in(elsewhere)
    assert "这个链接已失效" in Client().get(link).content.decode()
    assert "这个链接已失效" in Client().post(link, {"password": PASSWORD}).content.decode()


def test_a_mail_scanner_that_opens_every_link_activates_nothing(
    client: Client, outbox: Outbox
) -> None:
    register(client)
    Client().get(link_in(outbox.emails()[0]))
    assert not EmailAddress.objects.get(email=ADDRESS).verified


def test_the_link_lives_one_day(
    client: Client, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(client)
    link = link_in(outbox.emails()[0])
    day_and_a_second = timedelta(days=1, seconds=1).total_seconds()
    monkeypatch.setattr(time, "time", lambda: timezone.now().timestamp() + day_and_a_second)
    assert "这个链接已失效" in Client().get(link).content.decode()


def test_the_link_is_sent_again_but_not_more_often_than_once_a_minute(
    client: Client, outbox: Outbox
) -> None:
    register(client)
    for _ in range(3):
        client.post("/account/confirm-email/")
    assert len(outbox.emails()) == 1
    cache.clear()  # forgives no one
    client.post("/account/confirm-email/")
    assert len(outbox.emails()) == 1
    LimitHit.objects.update(at=F("at") - timedelta(seconds=61))  # the minute is over
    client.post("/account/confirm-email/")
    first, second = outbox.emails()
    assert second.to == first.to == ADDRESS


def test_a_mistyped_address_is_put_right_by_registering_with_the_right_one(
    client: Client, outbox: Outbox
) -> None:
    assert "/account/signup/" in register(client, "lin.sample@exmaple.edu.cn")
    register(client, ADDRESS)
    assert ADDRESS in {letter.to for letter in outbox.emails()}


def test_an_account_not_yet_activated_is_told_so_after_the_right_password_only(
    client: Client, outbox: Outbox
) -> None:
    register(Client())
    wrong = client.post("/account/login/", {"login": ADDRESS, "password": "wrong"})
    assert "激活" not in wrong.content.decode()
    right = client.post("/account/login/", {"login": ADDRESS, "password": PASSWORD}, follow=True)
    assert "激活账号" in right.content.decode()
    assert not is_signed_in(client)


def test_sign_up_answers_alike_for_known_and_unknown_addresses(
    member: User, outbox: Outbox
) -> None:
    def answers(address: str) -> list[str]:
        client = Client()
        data = {"email": address, "password1": PASSWORD} | AGREED
        first = client.post("/account/signup/", data)
        page = client.get(first["Location"])
        again = client.post(first["Location"], follow=True)
        pages = [f"{first.status_code} {first['Location']}", *map(_text, (page, again))]
        return [text.replace(address, "") for text in pages]

    assert answers(member.email) == answers("stranger@example.edu.cn")
    letters = {letter.to: letter for letter in outbox.emails()}
    assert "你已有账号" in letters[member.email].subject
    assert User.objects.filter(email=member.email).count() == 1


def _text(response: object) -> str:
    """The page without its CSRF tokens."""
    content: str = response.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content)


def test_a_double_click_makes_one_account(client: Client, outbox: Outbox) -> None:
    register(client)
    register(client)
    assert User.objects.filter(email=ADDRESS).count() == 1


def test_signing_up_invents_no_username_and_gives_no_role(client: Client, outbox: Outbox) -> None:
    client.post(
        "/account/signup/",
        {"email": ADDRESS, "password1": PASSWORD, "is_staff": "1", "is_superuser": "1"} | AGREED,
    )
    user = User.objects.get(email=ADDRESS)
    assert (user.username, user.is_staff, user.is_superuser) == (None, False, False)


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("", PASSWORD),
        ("not an address", PASSWORD),
        ("a@example.com\nBcc: b@example.com", PASSWORD),
        (f"{'a' * 250}@example.com", PASSWORD),
        (ADDRESS, ""),
        (ADDRESS, "12345678"),
        (ADDRESS, "password1"),
        (ADDRESS, "lin.sample"),
    ],
)
def test_signing_up_names_bad_input_and_keeps_it(
    client: Client, address: str, password: str
) -> None:
    answer = client.post("/account/signup/", {"email": address, "password1": password} | AGREED)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "data-error-summary" in page
    assert not User.objects.exists()
    if "@" in address and "\n" not in address:
        assert f'value="{address}"' in page


def test_a_long_password_with_emoji_is_taken_whole(client: Client, outbox: Outbox) -> None:
    password = "长密码🔑" * 16
    register(client, ADDRESS, password)
    user = User.objects.get(email=ADDRESS)
    assert user.check_password(password)
    assert not user.check_password(password[:-1])


def test_addresses_differing_in_case_are_one_account(client: Client, member: User) -> None:
    register(client, member.email.upper())
    assert User.objects.count() == 1
    sign_in(client, member.email.upper())
    assert is_signed_in(client)


def test_signing_out_leaves_nothing_behind(client: Client, member: User) -> None:
    sign_in(client, member.email)
    old_cookie = client.cookies["session"].value
    page = client.get("/account/password/change/")
    assert "no-store" in page["Cache-Control"]
    answer = client.post("/account/logout/")
    assert '"cache"' in answer["Clear-Site-Data"]
    client.cookies["session"] = old_cookie
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("staff", "idle_minutes", "total_hours", "ends"),
    [
        (False, 14, 3, False),
        (False, 16, 0, True),
        (False, 1, 5, True),
        (True, 9, 7, False),
        (True, 11, 0, True),
        (True, 1, 9, True),
    ],
)
def test_a_session_ends_when_idle_or_old_sooner_for_staff(
    client: Client, member: User, staff: bool, idle_minutes: int, total_hours: int, ends: bool
) -> None:
    User.objects.update(is_staff=staff)
    client.force_login(member)
    client.get("/account/password/change/")
    session = client.session
    session[lifetime.SEEN] -= idle_minutes * 60
    session[lifetime.STARTED] -= total_hours * 3600
    session.save()
    client.get("/account/password/change/")
    assert is_signed_in(client) is not ends


def test_staff_without_a_second_factor_reach_only_its_set_up(
    client: Client, member: User, settings: object
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    User.objects.update(is_staff=True)
    client.force_login(member)
    assert client.get("/account/password/change/")["Location"] == "/account/security/staff/"
    assert client.get("/account/security/staff/").status_code == 200
