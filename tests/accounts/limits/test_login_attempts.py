"""Wrong passwords are counted in the database and lock no one out (threats T9, F5)."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.limits import login_attempts, rate_limits
from accounts.models import LimitHit, User
from tests.accounts.limits.proofs import solve_page
from tests.people import PASSWORD, make_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]

MAILBOX, HOME, ATTACKER = "lin.sample@example.org", "203.0.113.5", "198.51.100.7"


@pytest.fixture
def lin() -> User:
    """A person with an account."""
    return make_account(MAILBOX)


def sign_in(
    password: str = PASSWORD, *, login: str = MAILBOX, address: str = HOME, proof: str = ""
) -> tuple[bool, str]:
    """One try from ``address``: whether it got in, and the page that answers."""
    cache.clear()  # as if Redis had been emptied: nothing is forgiven (F5)
    client = Client(REMOTE_ADDR=address)
    values = {"login": login, "password": password, "captcha": proof}
    text = client.post(reverse("account_login"), values).content.decode()
    return "_auth_user_id" in client.session, text


def guess(times: int, **where: str) -> str:
    """Wrong passwords, none with a proof; the last page."""
    for number in range(times):
        entered, page = sign_in(f"wrong {number}", **where)
        assert not entered
    return page


def test_after_five_failures_the_right_password_needs_a_proof(lin: User) -> None:
    assert "data-captcha" in guess(5)
    entered, page = sign_in()
    assert not entered
    assert "请等验证完成后重新提交" in page
    assert sign_in(proof=solve_page(page))[0]


def test_the_owner_signs_in_from_home_while_a_stranger_guesses_elsewhere(lin: User) -> None:
    for minute in range(4):
        guess(8, address=ATTACKER)
        LimitHit.objects.filter(action="sign_in_ip").delete()  # a minute passes
        del minute
    entered, page = sign_in(address=HOME)
    assert not entered
    assert sign_in(address=HOME, proof=solve_page(page))[0]


def test_after_ten_failures_in_a_minute_a_network_needs_proofs(lin: User) -> None:
    for number in range(10):
        sign_in("wrong", login=f"name.{number}@example.org", address=ATTACKER)
    entered, page = sign_in(address=ATTACKER)
    assert not entered
    assert sign_in(address=ATTACKER, proof=solve_page(page))[0]
    assert sign_in(address=HOME)[0]


def test_a_campus_shares_one_address(lin: User, settings: Settings) -> None:
    settings.CAMPUS_NETWORKS = ["198.51.100.0/24"]
    for number in range(12):
        sign_in("wrong", login=f"name.{number}@example.org", address=ATTACKER)
    assert sign_in(address=ATTACKER)[0]


def test_right_passwords_are_no_failures(lin: User) -> None:
    for _ in range(12):
        assert sign_in()[0]
    assert not LimitHit.objects.filter(action__in=("sign_in", "sign_in_ip")).exists()


def test_five_minutes_later_it_is_forgiven_but_not_twenty_in_a_day(lin: User) -> None:
    guess(5)
    LimitHit.objects.update(at=F("at") - timedelta(minutes=5, seconds=1))
    assert sign_in()[0]
    for _ in range(3):
        guess(5)
        LimitHit.objects.update(at=F("at") - timedelta(minutes=6))
    assert not sign_in()[0]
    LimitHit.objects.update(at=F("at") - timedelta(days=1))
    assert sign_in()[0]


def test_the_work_grows_with_the_failures() -> None:
    levels = []
    for _ in range(30):
        for _ in range(5):
            LimitHit.objects.create(action="sign_in", subject=rate_limits.subject_of(MAILBOX))
        demand = login_attempts.challenge_for(name=MAILBOX, client=HOME, known=False)
        assert demand is not None
        levels.append(demand.level)
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 5)


def test_wrong_passwords_do_not_reveal_who_has_an_account(lin: User) -> None:
    known, unknown = guess(6), guess(6, login="lin.nobody@example.org", address=ATTACKER)
    assert told(known) == told(unknown)
    assert told(known)[1]  # a proof is asked for


def told(page: str) -> tuple[list[str], bool]:
    """What the page says, without what was typed, and whether it asks for a proof of work."""
    [main] = re.findall(r"<main.*?</main>", page, re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", main).split()
    assert len(words) > 5
    return words, "data-captcha" in page


@pytest.mark.parametrize("typed", [MAILBOX, MAILBOX.upper(), f" {MAILBOX} "])
def test_a_name_is_one_count_however_it_is_written(lin: User, typed: str) -> None:
    guess(5)
    assert not sign_in(login=typed)[0]


def test_codes_of_the_second_factor_survive_an_emptied_cache(lin: User) -> None:
    for _ in range(5):
        login_attempts.check_factor(account=lin, client=HOME, known=False)
    cache.clear()
    with pytest.raises(ValidationError):
        login_attempts.check_factor(account=lin, client=HOME, known=False)


def test_wrong_passwords_of_who_is_signed_in_bar_no_sign_in(lin: User) -> None:
    client = Client(REMOTE_ADDR=HOME)
    client.force_login(lin)
    for _ in range(6):
        page = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert "后可再试" in page.content.decode()
    assert sign_in(address=HOME)[0]
